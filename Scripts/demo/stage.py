"""Runs the programs for the demonstration: folders, processes, steps and their checks."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time


class StepFailed(Exception):
    """A check of the step at hand did not hold."""


class Stage:
    """Owns one temporary folder and every process that it starts."""

    def __init__(self, folder, programs):
        self.folder = folder
        self.programs = programs
        self.held = 0
        self.started = time.monotonic()
        self._processes = []

    @contextlib.contextmanager
    def step(self, title):
        """One step: prints its title, counts it when it holds."""
        number = self.held + 1
        print(f"\n{number:2}. {title}", flush=True)
        try:
            yield
        except Exception as failure:
            kind = "" if isinstance(failure, StepFailed) else f"{type(failure).__name__}: "
            print(f"\natelier-demo: step {number} did not hold: {title}\n{kind}{failure}",
                  file=sys.stderr)
            raise StepFailed(title) from failure
        self.held += 1

    def say(self, text):
        """A line for the reader, under the step's title."""
        for line in str(text).splitlines():
            # Tables stay as they are, sentences are wrapped.
            parts = [line] if "  " in line else textwrap.wrap(line, 92) or [""]
            for part in parts:
                print(f"    {part}", flush=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def environment(self, home=None):
        """The caller's, without settings that would lead elsewhere."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ATELIER_")}
        kept["NO_COLOR"] = "1"
        if home:
            kept["ATELIER_HOME"] = home
        return kept

    def start(self, program, *arguments, home=None, log=None):
        """Starts one of our programs in the background."""
        output = open(self.path(log), "ab") if log else subprocess.PIPE
        process = subprocess.Popen(
            [os.path.join(self.programs, program), *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=output, env=self.environment(home), text=True)
        if log:
            output.close()
        self._processes.append(process)
        return process

    def run(self, program, *arguments, home=None, status=0, stdin=""):
        """Runs one of our programs to its end; checks its exit status, unless it is None."""
        done = subprocess.run(
            [os.path.join(self.programs, program), *arguments], input=stdin,
            capture_output=True, env=self.environment(home), text=True, timeout=900)
        if status is not None and done.returncode != status:
            words = " ".join([program, *arguments])
            raise StepFailed(
                f"'{words}' ended with {done.returncode}, not {status}.\n"
                f"{done.stdout}{done.stderr}")
        return done

    def stop(self, process, how=signal.SIGTERM):
        """Ends a process that this stage started, and waits for it."""
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self):
        """Ends whatever still runs."""
        for process in self._processes:
            self.stop(process)

    def seconds(self):
        return time.monotonic() - self.started


class Device:
    """One device of the artist: a library folder and the commands in it."""

    def __init__(self, stage, name):
        self.stage = stage
        self.name = name
        self.home = stage.path(name)

    def run(self, *arguments, status=0, stdin=""):
        return self.stage.run("atelier", *arguments, home=self.home, status=status, stdin=stdin)

    def json(self, *arguments, status=0):
        """The object that the command prints with --json."""
        done = self.run(*arguments, "--json", status=status)
        try:
            return json.loads(done.stdout)
        except ValueError as error:
            words = " ".join(arguments)
            raise StepFailed(f"'{words} --json' did not print JSON: {error}") from error

    def sql(self, statement):
        """Runs the sqlite3 shell on the library, as any program might."""
        done = subprocess.run(
            ["sqlite3", "-cmd", ".timeout 5000", os.path.join(self.home, "library.sqlite"),
             statement],
            capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, f"sqlite3 said: {done.stderr}")
        return done.stdout.strip()


def check(condition, message):
    """Throws unless the condition holds."""
    if not condition:
        raise StepFailed(message)


def check_text(text, *wanted):
    """Checks that a text says all that is wanted, whatever the case."""
    for words in wanted:
        check(
            re.search(words, text, re.IGNORECASE),
            f"it does not say '{words}':\n{text}")


def copy_picture(source, folder, name):
    """Copies a picture for the reader's own folder; returns the new path."""
    target = os.path.join(folder, name)
    shutil.copyfile(source, target)
    return target
