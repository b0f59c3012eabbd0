// PDQ hashes of a picture, step by step and rounding by rounding as the server's clients compute
// them: each sum and product is rounded to 32 bits of float.
// Source: The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm, Facebook, 2019.

const side = 64;
const coefficients = 16;
const variants = 8;
const round = Math.fround;
const red = round(0.299);
const green = round(0.587);
const blue = round(0.114);

/** Below this quality unrelated pictures match. */
export const lowestQuality = 50;
/** Two pictures are near when their hashes differ in at most this many bits. */
export const matchDistance = 31;

// [16, 64]: the DCT basis of 1 to 16 half periods over 64 samples.
const cosines = Float32Array.from({ length: coefficients * side }, (_, index) => {
    const angle = (Math.floor(index / side) + 1) * (2 * (index % side) + 1) / 128;
    return Math.sqrt(2 / side) * Math.cos(Math.PI * angle);
});

/**
 * The hashes of a picture in its eight orientations, and how much they can be trusted.
 *
 * @param {Uint8ClampedArray} pixels [height, width, 4], straight RGBA; transparent counts as white.
 * @returns {{variants: string[], quality: number}} as `POST /v1/rights/inquiries` takes it.
 */
export function read(pixels, width, height) {
    const light = new Float32Array(width * height);
    for (let index = 0; index < light.length; index += 1) {
        const base = index * 4;
        const alpha = round(pixels[base + 3] / 255);
        const first = round(round(red * pixels[base]) + round(green * pixels[base + 1]));
        const value = round(first + round(blue * pixels[base + 2]));
        light[index] = round(value * alpha) + round(255 * round(1 - alpha));
    }
    return readLight(light, width, height);
}

/** The same of lightness: [height, width], 0 to 255. It is changed. */
export function readLight(light, width, height) {
    if (width !== side || height !== side) {
        const spare = new Float32Array(light.length);
        for (let pass = 0; pass < 2; pass += 1) {
            blur(light, spare, width, height, width, 1);
            blur(spare, light, height, width, 1, width);
        }
    }
    const rows = samples(height);
    const columns = samples(width);
    const small = new Float32Array(side * side);
    for (let y = 0; y < side; y += 1) {
        for (let x = 0; x < side; x += 1) {
            small[y * side + x] = light[rows[y] * width + columns[x]];
        }
    }
    const values = transform(small);
    return {
        variants: Array.from({ length: variants }, (_, turn) => hash(turned(values, turn))),
        quality: quality(small),
    };
}

/** The number of bits in which two hashes differ. */
export function distance(first, second) {
    let bits = 0;
    for (let index = 0; index < first.length; index += 1) {
        let digit = parseInt(first[index], 16) ^ parseInt(second[index], 16);
        for (; digit; digit &= digit - 1) bits += 1;
    }
    return bits;
}

// A running mean along lines: `count` numbers a line, `step` apart; `next` to the next line.
function blur(source, target, count, lines, next, step) {
    const window = Math.min(Math.floor((count + 2 * side - 1) / (2 * side)), count);
    const ahead = Math.floor((window + 2) / 2) - 1;
    for (let line = 0; line < lines; line += 1) {
        const base = line * next;
        let sum = 0;
        let held = 0;
        for (let place = 0; place < count + ahead; place += 1) {
            if (place < count) {
                sum = round(sum + source[base + place * step]);
                held += 1;
            }
            if (held > window || place >= count) {
                sum = round(sum - source[base + (place - window) * step]);
                held -= 1;
            }
            if (place >= ahead) target[base + (place - ahead) * step] = sum / held;
        }
    }
}

function samples(length) {
    return Array.from({ length: side }, (_, index) => Math.floor((index + 0.5) * length / side));
}

function quality(small) {
    let sum = 0;
    const step = (here, there) =>
        Math.abs(Math.trunc(round(round(round(here - there) * 100) / 255)));
    for (let y = 0; y < side; y += 1) {
        for (let x = 0; x < side; x += 1) {
            const here = small[y * side + x];
            if (y + 1 < side) sum += step(here, small[(y + 1) * side + x]);
            if (x + 1 < side) sum += step(here, small[y * side + x + 1]);
        }
    }
    return Math.min(100, Math.floor(sum / 90));
}

// The 16 × 16 lowest DCT coefficients without the constant ones.
function transform(small) {
    const middle = new Float32Array(coefficients * side);
    for (let row = 0; row < coefficients; row += 1) {
        for (let x = 0; x < side; x += 1) {
            let sum = 0;
            for (let y = 0; y < side; y += 1) {
                sum = round(sum + round(cosines[row * side + y] * small[y * side + x]));
            }
            middle[row * side + x] = sum;
        }
    }
    const values = new Float32Array(coefficients * coefficients);
    for (let row = 0; row < coefficients; row += 1) {
        for (let column = 0; column < coefficients; column += 1) {
            let sum = 0;
            for (let x = 0; x < side; x += 1) {
                sum = round(sum + round(middle[row * side + x] * cosines[column * side + x]));
            }
            values[row * coefficients + column] = sum;
        }
    }
    return values;
}

// Mirrored (bits 0 and 1 of `turn`) and transposed (bit 2).
function turned(values, turn) {
    return values.map((_, index) => {
        const row = Math.floor(index / coefficients);
        const column = index % coefficients;
        const value = turn & 4 ? values[column * coefficients + row] : values[index];
        // Cosines of an odd number of half periods change sign in a mirror.
        const isAcross = (turn & 1) === 1 && column % 2 === 0;
        const isDown = (turn & 2) === 2 && row % 2 === 0;
        return isAcross !== isDown ? -value : value;
    });
}

// A bit for every coefficient above the lower median, the last one first.
function hash(values) {
    const median = values.toSorted()[values.length / 2 - 1];
    let text = "";
    for (let index = values.length - 4; index >= 0; index -= 4) {
        let digit = 0;
        for (let bit = 0; bit < 4; bit += 1) if (values[index + bit] > median) digit |= 1 << bit;
        text += digit.toString(16);
    }
    return text;
}
