// The sketch pad: tools, paper, paint box, layers.

import { fill, h, icon, s } from "../dom.js";
import { percent, t } from "../messages.js";
import { clampedSize, Input, zoomStep } from "./input.js";
import { LayerList } from "./layers.js";
import * as limits from "./limits.js";
import { View } from "./view.js";

/// A colour `[r, g, b]` as `#rrggbb`.
export const hex = (colour) =>
    `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
const parsed = (text) => [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));

/// Colours for a paint box without a style: sky, water, leaf, grass, earth, skin, stone, night.
const plainColours = [
    "#98c4e2", "#5b8bb0", "#356135", "#6da148", "#d7bd94", "#bd4833", "#8d8bad", "#55382a",
    "#f3f3ee", "#2b2825",
];

/// A pad for a sketch; `tools`, `board` and `layers.element` are to be put into the page.
export class Pad {
    constructor(sketch, { onUnderneath = () => {}, onComplaint = () => {} } = {}) {
        this.sketch = sketch;
        this.tool = "brush";
        this.size = 26;
        this.gap = 6;
        this.colour = parsed(plainColours[2]);
        this.styleColours = plainColours;
        this.ownColours = [];
        this.complain = onComplaint;
        this.onUnderneath = onUnderneath;
        this.canvas = h("canvas", {
            tabindex: 0, role: "application", "aria-label": t("sketch.paper"),
            "aria-describedby": "sketch-keys",
        });
        this.buildTools();
        this.buildBoard();
        this.layers = new LayerList(sketch);
        this.view = new View(this.canvas, sketch);
        this.input = new Input(this.view, this);
        this.canvas.addEventListener("viewchange", () => this.showZoom());
        this.follow(sketch);
        this.showPaints();
        this.showZoom();
    }

    follow(sketch) {
        sketch.addEventListener("edit", () => this.showHistory());
        sketch.addEventListener("layers", () => this.showHistory());
        this.showHistory();
    }

    /// Puts another sketch in the place of this one.
    show(sketch) {
        this.sketch = sketch;
        this.view.show(sketch);
        this.layers.show(sketch);
        this.follow(sketch);
    }

    // ---- Settings that the input reads --------------------------------------------------------

    choose(tool) {
        this.tool = tool;
        for (const [name, button] of this.toolButtons) {
            button.setAttribute("aria-pressed", String(name === tool));
        }
        this.canvas.dataset.tool = tool;
        this.sizeField.hidden = tool === "fill" || tool === "pick" || tool === "move";
        this.gapField.hidden = tool !== "fill";
    }

    resize(factor) {
        const size = clampedSize(this.size * factor);
        this.setSize(Math.abs(size - this.size) < 1 ? clampedSize(this.size + (factor > 1 ? 1 : -1))
            : Math.round(size));
    }

    setSize(size) {
        this.size = size;
        this.sizeInput.value = Math.round(Math.sqrt(size) * 10);
        this.sizeOutput.value = t("sketch.pixels", { count: size });
    }

    pick(colour) {
        this.setColour(colour);
        if (this.tool === "pick") this.choose("brush");
    }

    setColour(colour) {
        this.colour = colour;
        const text = hex(colour);
        if (![...this.styleColours, ...this.ownColours].includes(text)) {
            this.ownColours = [...this.ownColours, text].slice(-limits.ownColours);
        }
        this.showPaints();
        if (["eraser", "move"].includes(this.tool)) this.choose("brush");
    }

    /// Takes the colours of a style as the paint box.
    setStyle(name, colours) {
        this.styleColours = colours.length ? colours : plainColours;
        this.styleName = colours.length ? name : null;
        this.showPaints();
    }

    // ---- Tools --------------------------------------------------------------------------------

    buildTools() {
        const labels = {
            brush: t("sketch.brush"), line: t("sketch.line"), fill: t("sketch.fill"),
            eraser: t("sketch.eraser"), pick: t("sketch.pick"), move: t("sketch.move"),
        };
        this.toolButtons = new Map(Object.entries(labels).map(([name, label]) => [
            name, this.button(name, label, () => this.choose(name), { "aria-pressed": "false" }),
        ]));
        this.undoButton = this.button("undo", t("sketch.undo"), () => this.sketch.history.undo());
        this.redoButton = this.button("redo", t("sketch.redo"), () => this.sketch.history.redo());
        this.clearButton = this.button("bin", t("sketch.clear"), () => this.sketch.clearLayer());
        this.newButton = this.button("sheet", t("sketch.new"),
            () => this.sketch.startAnew(t("sketch.layer", { number: 1 })));
        const file = h("input.hidden", {
            type: "file", accept: "image/*", "aria-label": t("sketch.put_underneath"),
            onchange: () => {
                if (file.files[0]) this.layUnderneath(file.files[0]);
                file.value = "";
            },
        });
        const underneath = h("label.button.tool", { title: t("sketch.put_underneath") },
            file, icon("picture"));
        this.tools = h("div.tools", {
            role: "toolbar", "aria-label": t("sketch.tools"), "aria-orientation": "vertical",
            onkeydown: (event) => this.toolbarKeys(event),
        }, [...this.toolButtons.values()], h("hr"), this.undoButton, this.redoButton,
        this.clearButton, this.newButton, underneath);
    }

    button(name, label, act, more = {}) {
        return h("button.button.tool", {
            type: "button", "aria-label": label, title: label, onclick: act, ...more,
        }, icon(name));
    }

    /// Keys of the paper, wherever in the pad the focus is; never those of another control.
    shortcut(event) {
        const isOwn = event.target === this.canvas
            || event.target.matches("input:not([type=range]), select, textarea");
        const isControl = ["Enter", " ", "Escape"].includes(event.key)
            || event.key.startsWith("Arrow");
        if (!isOwn && !isControl && this.input.command(event)) event.preventDefault();
    }

    /// Arrows go from tool to tool.
    toolbarKeys(event) {
        const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
        const buttons = [...this.tools.querySelectorAll("button:not(:disabled), input")];
        if (step) {
            const place = buttons.indexOf(document.activeElement);
            buttons[(place + step + buttons.length) % buttons.length].focus();
            event.preventDefault();
            event.stopPropagation();
        }
    }

    /// Lays a picture file underneath the sketch.
    async layUnderneath(file) {
        if (file.size > limits.underneathBytes) return this.complain("large");
        try {
            const whole = await createImageBitmap(file);
            const scale = Math.min(1, limits.underneathSide / Math.max(whole.width, whole.height));
            const image = scale === 1 ? whole : await createImageBitmap(whole, {
                resizeWidth: Math.round(whole.width * scale),
                resizeHeight: Math.round(whole.height * scale), resizeQuality: "high",
            });
            this.sketch.layUnderneath(image);
        } catch {
            this.complain("unreadable");
        }
    }

    // ---- Paper --------------------------------------------------------------------------------

    buildBoard() {
        this.zoomOutput = h("output", { "aria-label": t("sketch.zoom") });
        const zoom = h("div.row.close.zoom",
            this.button("minus", t("sketch.smaller"), () => this.view.zoomBy(1 / zoomStep)),
            this.zoomOutput,
            this.button("plus", t("sketch.larger"), () => this.view.zoomBy(zoomStep)),
            this.button("fit", t("sketch.fit"), () => this.view.fit()));
        this.sizeInput = h("input", {
            type: "range", id: "brush-size", min: 10, max: 141,
            value: Math.round(Math.sqrt(this.size) * 10),
            oninput: () => this.setSize(clampedSize(Math.round((this.sizeInput.value / 10) ** 2))),
        });
        this.sizeOutput = h("output", { for: "brush-size" }, t("sketch.pixels", { count: 26 }));
        this.sizeField = h("div.field", h("label", { for: "brush-size" },
            t("sketch.size"), " ", this.sizeOutput), this.sizeInput);
        this.gapInput = h("input", {
            type: "range", id: "fill-gap", min: 0, max: 30, value: this.gap,
            oninput: () => {
                this.gap = Number(this.gapInput.value);
                this.gapOutput.value = t("sketch.pixels", { count: this.gap });
            },
        });
        this.gapOutput = h("output", { for: "fill-gap" },
            t("sketch.pixels", { count: this.gap }));
        this.gapField = h("div.field", { hidden: true }, h("label", { for: "fill-gap" },
            t("sketch.gap"), " ", this.gapOutput), this.gapInput);
        this.paints = h("div.paints", { role: "group", "aria-label": t("sketch.paints") });
        this.board = h("div.board",
            h("div.paper", this.canvas, zoom),
            h("div.row.top-row", this.paints, h("div.end.settings", this.sizeField, this.gapField)),
            h("p.hint.keys", { id: "sketch-keys" }, t("sketch.keys")));
    }

    showPaints() {
        const now = hex(this.colour);
        const label = this.styleName ? t("sketch.paints_of", { style: this.styleName })
            : t("sketch.paints");
        this.paints.setAttribute("aria-label", label);
        const had = document.activeElement?.dataset?.colour;
        fill(this.paints,
            [...this.styleColours, ...this.ownColours].map((colour) => this.paint(colour, now)),
            h("label.paint.other", { title: t("sketch.other_colour") },
                h("input", {
                    type: "color", value: now, "aria-label": t("sketch.other_colour"),
                    onchange: (event) => this.setColour(parsed(event.target.value)),
                }), icon("plus")));
        if (had) this.paints.querySelector(`[data-colour="${had}"]`)?.focus();
    }

    paint(colour, now) {
        return h("button.paint", {
            type: "button", "aria-label": t("sketch.colour", { colour }),
            "aria-pressed": String(colour === now), "data-colour": colour,
            onclick: () => this.setColour(parsed(colour)),
        }, s("svg", { "aria-hidden": "true" },
            s("rect", { width: "100%", height: "100%", fill: colour })));
    }

    showZoom() {
        this.zoomOutput.value = percent(this.view.scale);
    }

    showHistory() {
        this.undoButton.disabled = !this.sketch.history.canUndo;
        this.redoButton.disabled = !this.sketch.history.canRedo;
    }
}
