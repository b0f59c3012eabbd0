// Small parts that several rooms show.

import { onJob, stopJob } from "../events.js";
import { fill, h, s } from "../dom.js";
import { duration, percent, t } from "../messages.js";

/// The strip that stands for a style: `[{colour, share}]`, widths by share.
export function palette(colours, label) {
    const gap = 0.4;
    const total = colours.reduce((sum, { share }) => sum + share, 0) || 1;
    const room = 100 - gap * (colours.length - 1);
    let x = 0;
    const swatches = colours.map(({ colour, share }) => {
        const width = (share / total) * room;
        const rect = s("rect", {
            x: `${x.toFixed(2)}%`, width: `${width.toFixed(2)}%`, height: "100%", fill: colour,
        });
        x += width + gap;
        return rect;
    });
    return s("svg.palette", { role: "img", "aria-label": label }, swatches);
}

/// What an act will do, before it is done: a list of sentences.
export const effects = (title, sentences, hint = null) => h("div.effect",
    title && h("h3", title), h("ul.stack", sentences.map((text) => h("li", text))),
    hint && h("p.hint", hint));

/// Says something in passing, with at most one button: `{text, act}`.
export function toast(text, action = null) {
    for (const old of document.querySelectorAll(".toast")) old.remove();
    const box = h("p.toast", { role: "status" }, text, action && h("button.button", {
        type: "button",
        onclick: () => {
            box.remove();
            action.act();
        },
    }, action.text));
    document.getElementById("room").append(box);
    setTimeout(() => box.remove(), action ? 20000 : 6000);
    return box;
}

/// How far a job is: `{title, note(job)}` above a bar with a button that stops it. Answers with the
/// job's last state.
export function watchJob(id, container, { title, note, onState = () => {} }) {
    const heading = h("h2", title);
    const line = h("p", { role: "status" });
    const bar = h("progress", { max: 1, "aria-label": title });
    const stop = h("button.button", {
        type: "button",
        onclick: () => {
            stop.disabled = true;
            stop.textContent = t("common.stopping");
            stopJob(id);
        },
    }, t("common.stop"));
    const box = h("section.banner", h("div.head", h("hgroup", heading, line), stop), bar);
    fill(container, box);
    return new Promise((resolve) => {
        onJob(id, (job) => {
            line.textContent = note(job);
            bar.value = job.progress;
            onState(job);
            if (job.state === "running") return;
            fill(container);
            resolve(job);
        });
    });
}

/// How long a job will still take, as words; empty where that is not known.
export const timeLeft = ({ seconds_left: seconds }) =>
    (seconds ? t("common.seconds_left", { time: duration(seconds) }) : "");

/// A plot of bars, `[0 … 1]` each; `colours` is one for each bar, or none.
export function bars(values, label, colours = []) {
    const [width, height, gap] = [270, 160, 3];
    const most = Math.max(...values, 1e-9);
    const each = (width - gap * (values.length - 1)) / values.length;
    return s("svg.plot", { viewBox: "0 0 270 166", role: "img", "aria-label": label },
        values.map((value, place) => {
            const tall = Math.max(2, (value / most) * height);
            return s("rect", {
                x: (place * (each + gap)).toFixed(1), y: (height - tall).toFixed(1),
                width: each.toFixed(1), height: tall.toFixed(1), rx: 2.5, fill: colours[place],
            });
        }));
}

/// A plot of directions: how much runs in each of some directions between level and upright.
export function rose(values, label) {
    const [x, y, inner, outer] = [135, 83, 30, 76];
    const most = Math.max(...values, 1e-9);
    const lines = values.map((value, place) => {
        const angle = (place / values.length) * Math.PI;
        const reach = inner + (value / most) * (outer - inner);
        const [dx, dy] = [Math.cos(angle) * reach, -Math.sin(angle) * reach];
        return `M${(x - dx).toFixed(1)} ${(y - dy).toFixed(1)}L${(x + dx).toFixed(1)} `
            + `${(y + dy).toFixed(1)}`;
    });
    return s("svg.plot", { viewBox: "0 0 270 166", role: "img", "aria-label": label },
        s("circle.faint", { cx: x, cy: y, r: outer + 3 }), s("circle", { cx: x, cy: y, r: inner }),
        s("path.pen", { d: lines.join("") }));
}

/// A share as text.
export const shareText = (share) => (share < 0.01 ? `< ${percent(0.01)}` : percent(share));
