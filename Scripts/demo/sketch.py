"""The sketch of the demonstration: flat colour areas, as an artist would rough them in."""

import math

import png

SKY, FAR, NEAR = (130, 190, 230), (125, 105, 145), (60, 150, 105)
PATH, TRUNK, LEAVES = (205, 190, 160), (55, 45, 35), (50, 60, 35)
WALL, ROOF, SUN = (190, 170, 140), (150, 50, 45), (250, 250, 240)


def draw(path, width=512, height=512):
    """Hills under a low sun, a house, a path that leads to it, and a tree in front."""
    rows = [
        bytes(value for x in range(width) for value in color(x / width, y / height))
        for y in range(height)
    ]
    png.write(path, width, height, rows)


def color(x, y):
    """The colour at a place from (0, 0) at the top left to (1, 1)."""
    if math.hypot((x - 0.16) / 0.22, (y - 0.36) / 0.2) < 1:
        return LEAVES
    if abs(x - 0.16) < 0.03 and 0.5 < y < 0.8:
        return TRUNK
    if 0.6 < x < 0.78 and 0.5 < y < 0.64:
        return WALL
    if y < 0.5 and y > 0.38 + abs(x - 0.69):
        return ROOF
    if y > 0.6 + 0.04 * math.sin(7 * x):
        middle = 0.69 - 0.5 * (y - 0.62) ** 1.5
        return PATH if abs(x - middle) < 0.02 + 0.3 * (y - 0.6) else NEAR
    if y > 0.47 + 0.05 * math.sin(9 * x + 1):
        return FAR
    return SUN if math.hypot(x - 0.42, y - 0.3) < 0.06 else SKY
