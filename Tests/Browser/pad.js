// The sketch pad alone on a page, for its test.

import { h } from "./js/dom.js";
import { Keeper, readSketch } from "./js/sketch/keeping.js";
import { Pad } from "./js/sketch/pad.js";
import { Sketch } from "./js/sketch/sketch.js";

const sketch = (await readSketch("current")) ?? new Sketch(640, 480, "First");
const pad = new Pad(sketch, { onComplaint: (name) => { document.body.dataset.complaint = name; } });
const state = h("p", { role: "status" });
const keeper = new Keeper("current", sketch, (name) => { state.textContent = name; });
document.getElementById("easel").addEventListener("keydown", (event) => pad.shortcut(event));
document.getElementById("easel").append(
    pad.tools, pad.board, h("div.stack.wide", pad.layers.element, state));
pad.choose("brush");
window.pad = pad;
window.keeper = keeper;
document.body.dataset.ready = "true";
