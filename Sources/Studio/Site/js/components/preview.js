// Blurred copies of pictures whose files are not here, from the bytes that travel with their rows.

import { h } from "../dom.js";

/// Pixels of the longer side that are drawn; the browser enlarges them smoothly.
const shownSide = 48;
/// The boost of colours for what rounding takes of them.
const boost = 1.25;

/// The terms that are kept of a channel, the mean left out: `[half waves across, down]`.
function places(across, down, first = 1) {
    const all = [];
    for (let y = 0; y < down; y += 1) {
        for (let x = 0; x * down < across * (down - y); x += 1) all.push([x, y]);
    }
    return all.slice(first);
}

/// The channels of a ThumbHash in hexadecimal text: `{mean, terms, places}` each; null for a text
/// that is none.
function channels(text) {
    if (!/^([0-9a-f]{2}){6,32}$/.test(text ?? "")) return null;
    const bytes = text.match(/../g).map((digits) => parseInt(digits, 16));
    const head = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
    const tail = bytes[3] | (bytes[4] << 8);
    const part = (word, from, most) => ((word >> from) & most) / most;
    const hasAlpha = Boolean(head >> 23);
    const long = hasAlpha ? 5 : 7;
    const short = Math.max(3, tail & 7);
    const [across, down] = tail >> 15 ? [long, short] : [short, long];
    const all = [
        [part(head, 0, 63), part(head, 18, 31), places(across, down)],
        [part(head, 6, 63) * 2 - 1, part(tail, 3, 63) * boost, places(3, 3)],
        [part(head, 12, 63) * 2 - 1, part(tail, 9, 63) * boost, places(3, 3)],
        ...(hasAlpha ? [[part(bytes[5], 0, 15), part(bytes[5], 4, 15), places(5, 5)]] : []),
    ];
    let place = (hasAlpha ? 6 : 5) * 2;
    const read = all.map(([mean, scale, at]) => ({
        mean,
        places: at,
        terms: at.map(() => {
            const half = (bytes[place >> 1] >> ((place & 1) * 4)) & 15;
            place += 1;
            return (half / 7.5 - 1) * scale;
        }),
    }));
    return bytes.length === (place + 1) >> 1 ? read : null;
}

/// `[height * width]` values of a channel.
function spread({ mean, terms, places: at }, width, height) {
    const wave = (count, side) => Array.from({ length: side },
        (_, place) => Math.cos((Math.PI * count * (place + 0.5)) / side));
    const across = Array.from({ length: 7 }, (_, count) => wave(count, width));
    const down = Array.from({ length: 7 }, (_, count) => wave(count, height));
    const values = new Float32Array(width * height).fill(mean);
    at.forEach(([x, y], place) => {
        for (let row = 0; row < height; row += 1) {
            const factor = terms[place] * down[y][row] * 2;
            for (let column = 0; column < width; column += 1) {
                values[row * width + column] += factor * across[x][column];
            }
        }
    });
    return values;
}

/// The pixels of a preview at a size: RGBA, or null where the text is none.
export function previewPixels(text, width, height) {
    const read = channels(text);
    if (!read) return null;
    const [light, first, second, opacity] = read.map((channel) => spread(channel, width, height));
    const pixels = new Uint8ClampedArray(width * height * 4);
    for (let place = 0; place < width * height; place += 1) {
        const blue = light[place] - (first[place] * 2) / 3;
        const red = (3 * light[place] - blue + second[place]) / 2;
        const alpha = opacity ? opacity[place] : 1;
        pixels.set([red * 255, (red - second[place]) * 255, blue * 255, alpha * 255], place * 4);
    }
    return pixels;
}

/// A canvas with the preview in the shape of the whole picture; where there is none, it is empty.
export function preview(text, { width, height, alt = "" }) {
    const scale = shownSide / Math.max(width, height, 1);
    const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
    const canvas = h("canvas.blur", {
        width: across, height: down, role: alt ? "img" : null, "aria-label": alt || null,
        "aria-hidden": alt ? null : "true",
    });
    const pixels = previewPixels(text, across, down);
    if (pixels) canvas.getContext("2d").putImageData(new ImageData(pixels, across, down), 0, 0);
    return canvas;
}

/// A picture with its preview behind it while it loads; the preview alone where the file is
/// elsewhere: `{src, isHere, preview, width, height, alt}`.
export function picture({ src, isHere = true, preview: text, width, height, alt = "" }) {
    const blur = text || !isHere ? preview(text, { width, height, alt: isHere ? "" : alt }) : null;
    if (!isHere) return [blur];
    const image = h("img", {
        src, width, height, alt, loading: "lazy", decoding: "async",
        onload: () => blur?.remove(),
        // A file that went away meanwhile: what is left of it stays.
        onerror: () => { if (blur) image.remove(); },
    });
    return [blur, image];
}
