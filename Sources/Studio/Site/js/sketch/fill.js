// Fills an area that lines enclose, also where the lines have small gaps.
//
// The method of the trapped ball, Zhang et al., "Vectorizing Cartoon Animations", 2009: a ball that
// is wider than a gap cannot pass it. The area that the ball's middle reaches is grown again by its
// radius, within the lines, so that corners are filled too.

/// Differences of one channel up to this much are the same colour.
const tolerance = 40;

/// Steps of a distance of one pixel in `distances`.
const step = 3;
const diagonal = 4;

/// Which pixels a fill from a point covers: 255 where it does.
///
/// - `seen`: what the artist sees, RGBA, opaque.
/// - `gap`: the widest gap, in pixels, that it does not leak through.
///
/// Returns null where the point is outside.
export function fillArea(seen, width, height, x, y, gap) {
    if (x < 0 || y < 0 || x >= width || y >= height) return null;
    const seed = y * width + x;
    const open = openPixels(seen, width, height, seed);
    const distance = distances(open, width, height);
    // A ball that does not fit where the artist clicked is made smaller until it does.
    let radius = Math.ceil(gap / 2);
    while (radius > 0 && distance[seed] <= radius * step) radius -= 1;
    const core = flood(width, height, seed, (place) => open[place]
        && distance[place] > radius * step);
    grow(core, (place) => open[place] && distance[place] <= radius * step, width, height, radius);
    // The lines' smooth edges are half the colour of the area: paint reaches under them.
    growInto(core, width, height);
    return core;
}

/// Pixels whose colour is that of the seed.
function openPixels(seen, width, height, seed) {
    const open = new Uint8Array(width * height);
    const at = seed * 4;
    for (let place = 0; place < open.length; place += 1) {
        const here = place * 4;
        open[place] = Math.abs(seen[here] - seen[at]) <= tolerance
            && Math.abs(seen[here + 1] - seen[at + 1]) <= tolerance
            && Math.abs(seen[here + 2] - seen[at + 2]) <= tolerance ? 1 : 0;
    }
    return open;
}

/// The distance of each open pixel to the nearest closed one, in thirds of a pixel: the chamfer
/// distance of Borgefors, 1986. The border of the picture closes nothing.
function distances(open, width, height) {
    const far = 0x7fff;
    const distance = new Uint16Array(width * height);
    const at = (x, y) => (x < 0 || y < 0 || x >= width || y >= height
        ? far : distance[y * width + x]);
    for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
            distance[y * width + x] = open[y * width + x] ? Math.min(far,
                at(x - 1, y) + step, at(x, y - 1) + step,
                at(x - 1, y - 1) + diagonal, at(x + 1, y - 1) + diagonal) : 0;
        }
    }
    for (let y = height - 1; y >= 0; y -= 1) {
        for (let x = width - 1; x >= 0; x -= 1) {
            const place = y * width + x;
            if (!distance[place]) continue;
            distance[place] = Math.min(distance[place],
                at(x + 1, y) + step, at(x, y + 1) + step,
                at(x + 1, y + 1) + diagonal, at(x - 1, y + 1) + diagonal);
        }
    }
    return distance;
}

/// The pixels that are connected with the seed through pixels that `passes`.
function flood(width, height, seed, passes) {
    const filled = new Uint8Array(width * height);
    const waiting = [seed];
    filled[seed] = 255;
    while (waiting.length) {
        const place = waiting.pop();
        const x = place % width;
        for (const next of [
            x > 0 ? place - 1 : -1, x < width - 1 ? place + 1 : -1,
            place - width, place + width,
        ]) {
            if (next < 0 || next >= filled.length || filled[next] || !passes(next)) continue;
            filled[next] = 255;
            waiting.push(next);
        }
    }
    return filled;
}

/// Grows an area by a number of pixels through those that `passes`: those near a line, so that it
/// does not spread behind a gap.
function grow(filled, passes, width, height, radius) {
    let edge = [];
    for (let place = 0; place < filled.length; place += 1) if (filled[place]) edge.push(place);
    // A little more than the radius, as the corners of a square lie further off than its sides.
    for (let ring = 0; ring < Math.ceil(radius * 1.5) && edge.length; ring += 1) {
        const next = [];
        for (const place of edge) {
            const x = place % width;
            for (const beside of [
                x > 0 ? place - 1 : -1, x < width - 1 ? place + 1 : -1,
                place - width, place + width,
            ]) {
                if (beside < 0 || beside >= filled.length) continue;
                if (filled[beside] || !passes(beside)) continue;
                filled[beside] = 255;
                next.push(beside);
            }
        }
        edge = next;
    }
}

/// Grows an area by one pixel whatever is there.
function growInto(filled, width, height) {
    const before = filled.slice();
    for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
            const place = y * width + x;
            if (before[place]) continue;
            if ((x > 0 && before[place - 1]) || (x < width - 1 && before[place + 1])
                || (y > 0 && before[place - width])
                || (y < height - 1 && before[place + width])) filled[place] = 255;
        }
    }
}
