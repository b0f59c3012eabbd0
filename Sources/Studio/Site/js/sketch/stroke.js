// A stroke of the brush: smooths what the hand does, and turns pressure into width.

/// How much of the way to the hand the brush goes with each point: 1 follows each tremble.
const follow = 0.45;
/// Width at no pressure at all, as a part of the full width.
const thinnest = 0.2;

/// Turns points of a pointer, `{x, y, pressure}` in pixels of the sketch, into points of a smooth
/// line, `{x, y, radius}`, with at most a pixel or so between them.
export class Stroke {
    constructor(diameter, first) {
        this.diameter = diameter;
        this.hand = first;
        this.brush = { ...first };
        this.middle = this.point(first);
    }

    point({ x, y, pressure }) {
        return { x, y, radius: (this.diameter / 2) * (thinnest + (1 - thinnest) * pressure) };
    }

    /// The line's first point: a dot, where nothing else follows.
    begin() {
        return [this.middle, this.middle];
    }

    /// The next points of the line, the last one before them included.
    move(hand) {
        this.hand = hand;
        return this.approach(follow);
    }

    /// The rest of the line, up to where the hand let go.
    end() {
        return [...this.approach(follow), ...this.approach(1)];
    }

    approach(part) {
        const last = this.point(this.brush);
        for (const name of ["x", "y", "pressure"]) {
            this.brush[name] += (this.hand[name] - this.brush[name]) * part;
        }
        const now = this.point(this.brush);
        const end = part === 1 ? now : between(last, now, 0.5);
        const points = curve(this.middle, last, end);
        this.middle = end;
        return points;
    }
}

const between = (a, b, part) => ({
    x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part,
    radius: a.radius + (b.radius - a.radius) * part,
});

/// Points of the quadratic curve from `start` to `end` that `control` pulls.
function curve(start, control, end) {
    const length = Math.hypot(control.x - start.x, control.y - start.y)
        + Math.hypot(end.x - control.x, end.y - control.y);
    const spacing = Math.max(1, Math.min(start.radius, end.radius) / 3);
    const count = Math.min(512, Math.max(1, Math.ceil(length / spacing)));
    const points = [start];
    for (let index = 1; index <= count; index += 1) {
        const part = index / count;
        points.push(between(between(start, control, part), between(control, end, part), part));
    }
    return points;
}

/// The end of a line that is held to steps of 15 degrees.
export function snapped(from, to) {
    const step = Math.PI / 12;
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / step) * step;
    return { ...to, x: from.x + Math.cos(angle) * length, y: from.y + Math.sin(angle) * length };
}
