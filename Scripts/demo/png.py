"""Just enough PNG to draw a sketch and to compare pixels, on Python's own zlib."""

import hashlib
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write(path, width, height, rows, alpha=False):
    """Writes 8-bit RGB, or RGBA; `rows` is a list of `height` byte strings of `3 * width`, or
    `4 * width`."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    with open(path, "wb") as file:
        file.write(SIGNATURE)
        for name, data in parts:
            check = struct.pack(">I", zlib.crc32(name + data))
            file.write(struct.pack(">I", len(data)) + name + data + check)


def read(path):
    """Width, height, channels and unfiltered rows of an 8-bit RGB or RGBA picture."""
    width = height = channels = 0
    packed = b""
    for name, data in _chunks(path):
        if name == b"IHDR":
            width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", data)
            channels = {2: 3, 6: 4}.get(color, 0)
            if depth != 8 or not channels or interlaced:
                raise ValueError(f"{path}: not a plain 8-bit RGB or RGBA picture")
        elif name == b"IDAT":
            packed += data
    return width, height, channels, _unfiltered(zlib.decompress(packed), width, height, channels)


def packed_pixels(path):
    """The compressed pixels, without what else a file says; of a file that is no PNG, all."""
    try:
        return b"".join(data for name, data in _chunks(path) if name == b"IDAT")
    except ValueError:
        with open(path, "rb") as file:
            return file.read()


def pixel_hash(path):
    """Names the pixels, whatever the compression."""
    width, height, channels, rows = read(path)
    return hashlib.sha256(struct.pack(">III", width, height, channels) + b"".join(rows)).hexdigest()


def differing_share(first, second):
    """The share of pixels that differ between two pictures of the same size."""
    width, height, channels, before = read(first)
    *shape, after = read(second)
    if shape != [width, height, channels]:
        raise ValueError("the pictures differ in size")
    count = sum(
        a[x : x + channels] != b[x : x + channels]
        for a, b in zip(before, after)
        for x in range(0, width * channels, channels)
    )
    return count / (width * height)


def _chunks(path):
    with open(path, "rb") as file:
        if file.read(8) != SIGNATURE:
            raise ValueError(f"{path}: not a PNG file")
        while header := file.read(8):
            length, name = struct.unpack(">I4s", header)
            data = file.read(length)
            (check,) = struct.unpack(">I", file.read(4))
            if check != zlib.crc32(name + data):
                raise ValueError(f"{path}: damaged at {name}")
            yield name, data


def _unfiltered(raw, width, height, step):
    rows, above = [], bytes(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + width * step])
        _unfilter(kind, row, above, step)
        above = bytes(row)
        rows.append(above)
    return rows


def _unfilter(kind, row, above, step):
    if kind == 0:
        return
    for x in range(len(row)):
        left = row[x - step] if x >= step else 0
        up = above[x]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            guess = _paeth(left, up, above[x - step] if x >= step else 0)
        row[x] = (row[x] + guess) & 255


def _paeth(left, up, corner):
    estimate = left + up - corner
    return min(
        (abs(estimate - left), 0, left), (abs(estimate - up), 1, up),
        (abs(estimate - corner), 2, corner),
    )[2]
