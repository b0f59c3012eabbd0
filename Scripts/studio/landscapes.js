// Paints landscapes with thousands of strokes: the works of the README's picture of the page.

/// Numbers from 0 to 1 that a seed settles: mulberry32.
function generator(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let value = state;
        value = Math.imul(value ^ (value >>> 15), value | 1);
        value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
        return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
    };
}

const moods = [
    { sky: ["#7fb0dc", "#e8e0c0"], far: "#7d83ac", hill: "#5f8a62", grass: ["#4f8a3c", "#86ad4e"], leaf: ["#234d26", "#4c7a35"], path: "#dcc59c", cloud: "#fdf8ea", roof: "#b9402e" },
    { sky: ["#5a62a6", "#f0a668"], far: "#6d5b8e", hill: "#7a6a4e", grass: ["#8a7334", "#b89a48"], leaf: ["#4a4a22", "#7c6c2c"], path: "#e2b884", cloud: "#ffdcc0", roof: "#8f3a30" },
    { sky: ["#9ccbe0", "#eef2e4"], far: "#8fa3b4", hill: "#6f9c7c", grass: ["#5c9a58", "#98bf70"], leaf: ["#2c5c3a", "#5b9150"], path: "#e6d8b6", cloud: "#ffffff", roof: "#c8543c" },
    { sky: ["#26325c", "#6a7a9e"], far: "#39456c", hill: "#33506a", grass: ["#2b4d48", "#4a6e58"], leaf: ["#162f30", "#33543c"], path: "#a89c84", cloud: "#c6cfe0", roof: "#7c3634" },
    { sky: ["#a4bcd8", "#f6e2a0"], far: "#9a93a8", hill: "#a29a5c", grass: ["#b49a3e", "#dcc060"], leaf: ["#5c6a2a", "#98943c"], path: "#f0dcac", cloud: "#fff6dc", roof: "#c0503a" },
    { sky: ["#86a8b8", "#c9d6cc"], far: "#6f8494", hill: "#4f7466", grass: ["#3f6f48", "#6a9458"], leaf: ["#1e4030", "#41694a"], path: "#cfc0a0", cloud: "#eef2f0", roof: "#a04434" },
];

const parsed = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
const mixed = (a, b, part) => parsed(a).map((value, channel) => (
    value + (parsed(b)[channel] - value) * part));

/// Paints a landscape of a seed on a canvas of 800 by 600, and answers with it.
window.paintLandscape = (seed) => {
    const random = generator(seed * 977 + 13);
    const mood = moods[seed % moods.length];
    const canvas = document.createElement("canvas");
    const [width, height] = [canvas.width, canvas.height] = [800, 600];
    const context = canvas.getContext("2d");
    context.lineCap = "round";
    const around = (middle, reach) => middle + (random() - 0.5) * 2 * reach;

    /// One stroke of the brush; its colour trembles.
    const stroke = (x, y, length, angle, thick, colour, tremble = 18) => {
        const shade = (random() - 0.5) * 2 * tremble;
        const [r, g, b] = colour.map((value) => value + shade + (random() - 0.5) * tremble);
        context.strokeStyle = `rgb(${r} ${g} ${b} / ${0.72 + random() * 0.28})`;
        context.lineWidth = thick * (0.7 + random() * 0.6);
        const [dx, dy] = [Math.cos(angle) * length / 2, Math.sin(angle) * length / 2];
        context.beginPath();
        context.moveTo(x - dx, y - dy);
        context.quadraticCurveTo(x, y + around(0, length * 0.12), x + dx, y + dy);
        context.stroke();
    };

    const horizon = height * (0.5 + random() * 0.1);
    // The ground is primed, so that no canvas shows between strokes.
    const fade = context.createLinearGradient(0, 0, 0, horizon);
    fade.addColorStop(0, mood.sky[0]);
    fade.addColorStop(1, mood.sky[1]);
    context.fillStyle = fade;
    context.fillRect(0, 0, width, horizon + 2);
    context.fillStyle = mood.grass[0];
    context.fillRect(0, horizon, width, height);
    for (let count = 0; count < 5200; count += 1) {
        const y = random() * horizon;
        stroke(random() * width, y, 34, around(0.04, 0.16), 5,
            mixed(mood.sky[0], mood.sky[1], y / horizon), 11);
    }
    for (let cloud = 0; cloud < 3 + random() * 4; cloud += 1) {
        const [x, y, size] = [random() * width, horizon * (0.12 + random() * 0.5), 40 + random() * 60];
        for (let count = 0; count < 190; count += 1) {
            const [a, b] = [around(0, 1), around(0, 1)];
            stroke(x + a * size * 1.9, y + b * size * 0.28 * (1 - a * a), 20, around(0, 0.3), 8,
                mixed(mood.cloud, mood.sky[0], b > 0 ? b * 0.45 : 0), 9);
        }
    }
    /// A ridge: heights by a few waves, and strokes that run down its sides.
    const ridge = (base, tall, colour, steep) => {
        const waves = Array.from({ length: 5 }, (_, wave) => [
            random() * 7, (wave + 1) * (0.9 + random() * 0.8), tall / (wave + 1.2)]);
        const top = (x) => base - waves.reduce((sum, [shift, pace, size]) => (
            sum + size * (0.5 + 0.5 * Math.sin(shift + (x / width) * pace * Math.PI))), 0);
        for (let count = 0; count < 2600; count += 1) {
            const x = random() * width;
            const edge = top(x);
            const y = edge + random() * (base - edge + 14);
            const light = (top(x + 8) - edge) / 8;
            stroke(x, y, 18, light * steep + around(0.3, 0.25), 5,
                mixed(colour, light > 0 ? "#20264a" : mood.sky[1], Math.min(0.35, Math.abs(light) * 0.4)), 10);
        }
    };
    ridge(horizon, 120, mood.far, 1.2);
    ridge(horizon + 8, 48, mood.hill, 0.8);
    for (let y = horizon; y < height + 20; y += 2.2) {
        const near = (y - horizon) / (height - horizon);
        for (let count = 0; count < 46 - near * 22; count += 1) {
            stroke(random() * width, y, 6 + near * 20, around(-1.45, 0.35), 2 + near * 3,
                mixed(mood.grass[0], mood.grass[1], random() * (0.4 + near * 0.6)), 16);
        }
    }
    const [pathFrom, pathTo] = [width * (0.35 + random() * 0.3), width * (0.2 + random() * 0.6)];
    for (let part = 0; part < 1; part += 0.004) {
        const x = pathFrom + (pathTo - pathFrom) * part * part + Math.sin(part * 5 + seed) * 24 * part;
        const wide = 8 + part * 90;
        for (let count = 0; count < 4; count += 1) {
            stroke(x + around(0, wide / 2), horizon + 6 + part * (height - horizon), 10 + part * 26,
                around(0.05, 0.2), 3 + part * 4, mixed(mood.path, mood.grass[0], random() * 0.2), 10);
        }
    }
    if (random() < 0.75) {
        const [x, y, size] = [around(width / 2, width * 0.3), horizon + 42, 46 + random() * 24];
        const wall = mixed("#efe2c6", mood.sky[0], 0.12);
        for (let count = 0; count < 420; count += 1) {
            stroke(x + around(0, size), y + random() * size * 0.9, 14, around(0, 0.2), 6, wall, 8);
        }
        for (let count = 0; count < 420; count += 1) {
            const part = random();
            stroke(x + around(0, size * 1.25 * part), y - size * 0.75 * (1 - part), 14,
                around(0.5, 0.3), 6, parsed(mood.roof), 14);
        }
        for (let count = 0; count < 40; count += 1) {
            stroke(x + around(0, size * 0.14), y + size * (0.4 + random() * 0.45), 10, 1.57, 4,
                parsed("#4a3226"), 8);
        }
    }
    const trees = Array.from({ length: 3 + Math.floor(random() * 4) }, () => random()).sort();
    for (const near of trees) {
        const size = 34 + near * 92;
        const x = random() < 0.5 ? random() * width * 0.34 : width * (0.66 + random() * 0.34);
        const foot = horizon + 20 + near * (height - horizon) * 0.55;
        for (let count = 0; count < 60; count += 1) {
            stroke(x + around(0, size * 0.09), foot - random() * size * 1.2, 22, around(1.57, 0.1), 5,
                mixed("#4a3226", "#7a5a40", random()), 10);
        }
        for (let count = 0; count < 900; count += 1) {
            const [angle, reach] = [random() * 2 * Math.PI, Math.sqrt(random()) * size];
            const [dx, dy] = [Math.cos(angle) * reach, Math.sin(angle) * reach * 0.86];
            stroke(x + dx, foot - size * 1.75 + dy, 10, random() * 3, 5,
                mixed(mood.leaf[0], mood.leaf[1], 0.5 - (dx + dy) / size / 2.6), 14);
        }
    }
    return canvas;
};
