#!/usr/bin/env python3
"""Writes a manual page from what a program says of itself.

Usage: man_page.py VERSION DATE < JSON > PAGE; the JSON is that of --experimental-dump-help.
"""

import json
import re
import sys


def escaped(text):
    """Text as roff takes it: no escapes, no requests, real hyphens and dashes of options."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def paragraphs(text):
    return "\n.PP\n".join(escaped(part) for part in text.strip().split("\n\n"))


def label(argument):
    """What is typed for an argument, with its value in italics."""
    value = f"\\fI{escaped(argument['valueName'])}\\fR"
    if argument["kind"] == "positional":
        return value
    names = [("\\-\\-" if name["kind"] == "long" else "\\-") + escaped(name["name"])
             for name in argument.get("names", [])]
    bold = ", ".join(f"\\fB{name}\\fR" for name in names)
    return bold if argument["kind"] == "flag" else f"{bold} {value}"


def shown(arguments):
    return [one for one in arguments if one.get("shouldDisplay", True)]


def synopsis(path, command, common=frozenset()):
    parts = [f".B {escaped(path)}"]
    if command.get("subcommands"):
        parts.append(".I subcommand")
    for one in shown(command.get("arguments", [])):
        if label(one) in common:
            continue
        text = label(one) + ("..." if one.get("isRepeating") else "")
        parts.append(f"[{text}]" if one.get("isOptional") else text)
    return "\n".join(parts)


def options(arguments):
    lines = []
    for one in arguments:
        words = [one.get("abstract", ""), one.get("discussion", "")]
        if one.get("defaultValue"):
            words.append(f"(default: {one['defaultValue']})")
        lines += [".TP", label(one), escaped(" ".join(word for word in words if word)) or "\\&"]
    return lines


def section(path, command, common):
    """A command as a section, then its subcommands."""
    lines = [f".SS {escaped(path)}", escaped(command.get("abstract", "")), ".PP",
             synopsis(path, command, common)]
    if command.get("discussion"):
        lines += [".PP", paragraphs(command["discussion"])]
    own = [one for one in shown(command.get("arguments", [])) if label(one) not in common]
    lines += options(own)
    for one in command.get("subcommands", []):
        if one["commandName"] != "help":
            lines += section(f"{path} {one['commandName']}", one, common)
    return lines


def page(command, date, version):
    name = command["commandName"]
    own = shown(command.get("arguments", []))
    lines = [f'.TH {name.upper()} 1 "{date}" "{name} {version}" "Atelier"',
             ".SH NAME", f"{escaped(name)} \\- {escaped(command['abstract'].rstrip('.'))}",
             ".SH SYNOPSIS", synopsis(name, command)]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", paragraphs(command["discussion"])]
    lines += [".SH OPTIONS", *options(own), ".SH COMMANDS"]
    common = {label(one) for one in own}
    for one in command.get("subcommands", []):
        if one["commandName"] != "help":
            lines += section(f"{name} {one['commandName']}", one, common)
    return "\n".join(lines) + "\n"


def main():
    version, date = sys.argv[1:]
    sys.stdout.write(page(json.load(sys.stdin)["command"], date, version))


if __name__ == "__main__":
    main()
