"""Looks for an artist's words and pictures in recorded bytes, however they were spelled."""

import base64

import png

WINDOW = 16
# The beginnings of PNG, JPEG and zstd data, and the names inside that always follow.
SIGNATURES = {
    "a PNG file": b"\x89PNG\r\n",
    "a PNG header": b"IHDR\0\0",
    "a JPEG file": b"JFIF\0",
    "the start of a JPEG file": b"\xff\xd8\xff\xe0\0",
    "Exif data": b"Exif\0\0",
    "zstd data that is not sealed": b"\x28\xb5\x2f\xfd",
}


def leaks(recorded, words, files):
    """What of the words and files is found in `recorded`; empty when all is well."""
    found = [f"the words '{word}'" for word in words if contains_word(recorded, word)]
    found += [name for name, mark in SIGNATURES.items() if mark in recorded]
    windows = {recorded[i : i + WINDOW] for i in range(len(recorded) - WINDOW + 1)}
    return found + [f"bytes of {path}" for path in files if shares_bytes(windows, path)]


def contains_word(recorded, word):
    """True if the word stands there as text, base64 at any alignment, or hexadecimal."""
    lowered = recorded.lower()
    return any(
        spelling in recorded or spelling.lower() in lowered for spelling in spellings(word)
    )


def spellings(word):
    """The byte strings under which a word could hide without being sealed."""
    for text in (word.encode(), word.encode("utf-16-le")):
        yield text
        yield text.hex().encode()
        for shift in range(3):
            code = base64.b64encode(b"\0" * shift + text)
            # The first and last characters also depend on the neighbours.
            core = code[(shift * 8 + 5) // 6 : len(code) - 4]
            yield core
            yield core.translate(bytes.maketrans(b"+/", b"-_"))


def shares_bytes(windows, path):
    """True if any 31 bytes in a row of the picture were recorded; dull runs do not count.

    The manifest of an exported picture has receipt and certificate, which come from the server.
    """
    data = png.packed_pixels(path)
    pieces = (data[i : i + WINDOW] for i in range(0, len(data) - WINDOW + 1, WINDOW))
    return any(piece in windows for piece in pieces if len(set(piece)) > WINDOW // 2)
