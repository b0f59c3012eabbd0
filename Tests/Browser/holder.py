"""Rights holders without an account, who reserve pictures that nobody ever drew."""

import json
import random
import urllib.request

SIDE = 16


def turned(bits, turn):
    """The hash of a picture mirrored and transposed, from the one as it is."""
    made = 0
    for index in range(SIDE * SIDE):
        row, column = divmod(index, SIDE)
        bit = bits >> (column * SIDE + row if turn & 4 else index) & 1
        across = turn & 1 and column % 2 == 0
        down = turn & 2 and row % 2 == 0
        made |= (bit ^ (bool(across) != bool(down))) << index
    return made


def reading(seed, quality=90, flipped=0):
    """What a browser would send of a picture; `flipped` bits differ from that of the seed."""
    bits = random.Random(seed).getrandbits(SIDE * SIDE) ^ ((1 << flipped) - 1)
    return {"variants": [f"{turned(bits, turn):064x}" for turn in range(8)], "quality": quality}


def reserve(site, readings, contact, link=None):
    """Asks a server to reserve pictures; the reply."""
    words = {"pictures": readings, "contact": contact, **({"link": link} if link else {})}
    request = urllib.request.Request(
        f"{site}/v1/rights/reservations", json.dumps(words).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
