// Pixels of a layer and what changes them. No page, no canvas: everything here is arithmetic.
//
// A layer's pixels are a `Uint8ClampedArray`, RGBA, row-major, alpha not multiplied into the
// colours. A canvas would round the colours of half-transparent pixels each time they are put into
// it, so that an undone stroke would leave traces.

/// A rectangle of whole pixels: left, top (inclusive), right, bottom (exclusive).
export const emptyRect = () => ({
    left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity,
});

/// Whether a rectangle holds no pixel.
export const isEmpty = (rect) => rect.left >= rect.right || rect.top >= rect.bottom;

/// The smallest rectangle around two.
export const union = (a, b) => ({
    left: Math.min(a.left, b.left), top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom),
});

/// The part of a rectangle within a picture.
export const clip = (rect, width, height) => ({
    left: Math.max(0, rect.left), top: Math.max(0, rect.top),
    right: Math.min(width, rect.right), bottom: Math.min(height, rect.bottom),
});

/// Covers the pixels of a segment whose radius goes from `from.radius` to `to.radius`: each pixel's
/// coverage, 0 to 255, is the greater of what it has and of what the segment covers.
///
/// Returns the rectangle that may have changed.
export function coverSegment(coverage, width, height, from, to) {
    const reach = Math.max(from.radius, to.radius) + 1;
    const rect = clip({
        left: Math.floor(Math.min(from.x, to.x) - reach),
        top: Math.floor(Math.min(from.y, to.y) - reach),
        right: Math.ceil(Math.max(from.x, to.x) + reach) + 1,
        bottom: Math.ceil(Math.max(from.y, to.y) + reach) + 1,
    }, width, height);
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const squared = dx * dx + dy * dy;
    for (let y = rect.top; y < rect.bottom; y += 1) {
        for (let x = rect.left; x < rect.right; x += 1) {
            const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
            const along = squared ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0;
            const [ox, oy] = [px - along * dx, py - along * dy];
            const radius = from.radius + along * (to.radius - from.radius);
            const inside = radius - Math.sqrt(ox * ox + oy * oy) + 0.5;
            if (inside <= 0) continue;
            const value = inside >= 1 ? 255 : inside * 255;
            const place = y * width + x;
            if (value > coverage[place]) coverage[place] = value;
        }
    }
    return rect;
}

/// Paints a colour `[r, g, b]` over `base` where it is covered, into `pixels`.
export function paint(pixels, base, coverage, width, rect, colour) {
    for (let y = rect.top; y < rect.bottom; y += 1) {
        for (let x = rect.left; x < rect.right; x += 1) {
            const place = y * width + x;
            const at = place * 4;
            const cover = coverage[place] / 255;
            const below = (base[at + 3] / 255) * (1 - cover);
            const alpha = cover + below;
            for (let channel = 0; channel < 3; channel += 1) {
                pixels[at + channel] = alpha
                    ? (colour[channel] * cover + base[at + channel] * below) / alpha : 0;
            }
            pixels[at + 3] = alpha * 255;
        }
    }
}

/// Takes paint away from `base` where it is covered, into `pixels`.
export function erase(pixels, base, coverage, width, rect) {
    for (let y = rect.top; y < rect.bottom; y += 1) {
        for (let x = rect.left; x < rect.right; x += 1) {
            const place = y * width + x;
            const at = place * 4;
            const alpha = base[at + 3] * (1 - coverage[place] / 255);
            pixels[at] = alpha ? base[at] : 0;
            pixels[at + 1] = alpha ? base[at + 1] : 0;
            pixels[at + 2] = alpha ? base[at + 2] : 0;
            pixels[at + 3] = alpha;
        }
    }
}

/// The difference of two arrays of pixels in a rectangle, as runs of equal exclusive-or of whole
/// pixels: `[count, value, count, value …]`. Flat colours make few runs. Applying it to either of
/// the two gives the other.
export function difference(before, after, width, rect) {
    const [old, now] = [new Uint32Array(before.buffer), new Uint32Array(after.buffer)];
    const runs = [];
    let count = 0;
    let last = 0;
    for (let y = rect.top; y < rect.bottom; y += 1) {
        for (let place = y * width + rect.left; place < y * width + rect.right; place += 1) {
            const value = (old[place] ^ now[place]) >>> 0;
            if (count && value === last) {
                count += 1;
                continue;
            }
            if (count) runs.push(count, last);
            [count, last] = [1, value];
        }
    }
    if (count) runs.push(count, last);
    return Uint32Array.from(runs);
}

/// Applies a difference: a second time takes it back.
export function applyDifference(pixels, width, rect, runs) {
    const values = new Uint32Array(pixels.buffer);
    const across = rect.right - rect.left;
    let place = 0;
    for (let run = 0; run < runs.length; run += 2) {
        const [count, value] = [runs[run], runs[run + 1]];
        if (value) {
            for (let step = place; step < place + count; step += 1) {
                const row = Math.floor(step / across);
                values[(rect.top + row) * width + rect.left + step - row * across] ^= value;
            }
        }
        place += count;
    }
}
