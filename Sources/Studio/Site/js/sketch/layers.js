// The list of layers, the front one first.

import { fill, h, icon } from "../dom.js";
import { percent, t } from "../messages.js";

/// How often the small pictures are drawn anew while one paints, in milliseconds.
const pause = 250;
const thumbnail = 80;

/// A list of the sketch's layers that follows it.
export class LayerList {
    constructor(sketch) {
        this.list = h("ol.layers", { "aria-label": t("sketch.layers") });
        this.buttons = h("div.row");
        this.element = h("section.stack", h("h2", t("sketch.layers")), this.list, this.buttons);
        this.timer = 0;
        this.show(sketch);
    }

    show(sketch) {
        this.sketch = sketch;
        sketch.addEventListener("layers", () => this.build());
        sketch.addEventListener("change", () => this.soon());
        this.build();
    }

    build() {
        const { sketch } = this;
        const had = this.list.contains(document.activeElement)
            ? document.activeElement.dataset.part : null;
        this.pictures = new Map();
        const rows = [...sketch.layers].reverse().map((layer) => this.row(layer));
        fill(this.list, rows, sketch.underneath && this.underneathRow());
        fill(this.buttons, this.actions());
        if (had) this.list.querySelector(`[aria-current] [data-part="${had}"]`)?.focus();
        this.draw();
    }

    row(layer) {
        const { sketch } = this;
        const isActive = layer === sketch.active;
        const picture = h("canvas", {
            width: thumbnail, height: Math.round((thumbnail * layer.height) / layer.width),
            "aria-hidden": "true",
        });
        this.pictures.set(layer, picture);
        const select = h("button.name", {
            type: "button", "data-part": "name", title: t("sketch.rename_hint"),
            onclick: () => sketch.select(layer),
            ondblclick: (event) => this.rename(layer, event.currentTarget),
            onkeydown: (event) => this.keys(event, layer),
        }, layer.name);
        return h("li", { "aria-current": isActive ? "true" : null },
            picture, select, this.eye(layer.isVisible, layer.name,
                () => sketch.setVisible(layer, !layer.isVisible)));
    }

    eye(isVisible, name, act) {
        const label = isVisible ? t("sketch.hide", { name }) : t("sketch.show", { name });
        return h("button.button.plain.tool", {
            type: "button", "aria-label": label, title: label, "data-part": "eye", onclick: act,
        }, icon(isVisible ? "eye" : "closed"));
    }

    underneathRow() {
        const { sketch } = this;
        const { underneath } = sketch;
        const changed = () => {
            sketch.fire("change");
            sketch.fire("edit");
        };
        const label = h("span.quiet", t("sketch.underneath_at", {
            percent: percent(underneath.opacity),
        }));
        return h("li.under",
            icon("picture"),
            h("div.stack.close", label, h("input", {
                type: "range", min: 5, max: 100, value: Math.round(underneath.opacity * 100),
                "aria-label": t("sketch.underneath_strength"),
                oninput: (event) => {
                    underneath.opacity = event.target.value / 100;
                    label.textContent = t("sketch.underneath_at", {
                        percent: percent(underneath.opacity),
                    });
                    changed();
                },
            })),
            h("div.row.close",
                this.eye(underneath.isVisible, t("sketch.underneath"), () => {
                    underneath.isVisible = !underneath.isVisible;
                    this.build();
                    changed();
                }),
                h("button.button.plain.tool", {
                    type: "button", "aria-label": t("sketch.take_away"),
                    title: t("sketch.take_away"), onclick: () => sketch.layUnderneath(null),
                }, icon("cross"))));
    }

    actions() {
        const { sketch } = this;
        const { active } = sketch;
        const place = sketch.layers.indexOf(active);
        const tool = (name, label, isOff, act) => h("button.button.plain.tool", {
            type: "button", "aria-label": label, title: label, disabled: isOff, onclick: act,
        }, icon(name));
        return [
            h("button.button.plain", {
                type: "button", disabled: !sketch.canAddLayer,
                onclick: () => sketch.addLayer(
                    t("sketch.layer", { number: sketch.layers.length + 1 })),
            }, icon("plus"), t("sketch.add_layer")),
            h("span.row.close.end",
                tool("up", t("sketch.forward"), place === sketch.layers.length - 1,
                    () => sketch.moveLayer(active, 1)),
                tool("down", t("sketch.backward"), place === 0,
                    () => sketch.moveLayer(active, -1)),
                tool("bin", t("sketch.remove_layer"), sketch.layers.length < 2,
                    () => sketch.removeLayer(active))),
        ];
    }

    keys(event, layer) {
        const { sketch } = this;
        const place = sketch.layers.indexOf(layer);
        const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (event.key === "F2") this.rename(layer, event.currentTarget);
        else if (event.key === "Delete") sketch.removeLayer(layer);
        else if (step && event.altKey) sketch.moveLayer(layer, step);
        else if (step && sketch.layers[place + step]) sketch.select(sketch.layers[place + step]);
        else return;
        event.preventDefault();
    }

    rename(layer, button) {
        let isDone = false;
        const done = (isKept) => {
            if (isDone) return;
            isDone = true;
            if (isKept) this.sketch.rename(layer, field.value.trim());
            this.build();
        };
        const field = h("input", {
            value: layer.name, maxlength: 60, "aria-label": t("sketch.layer_name"),
            onblur: () => done(true),
            onkeydown: (event) => {
                event.stopPropagation();
                if (event.key === "Enter") done(true);
                if (event.key === "Escape") done(false);
            },
        });
        button.replaceWith(field);
        field.focus();
        field.select();
    }

    soon() {
        this.timer ||= setTimeout(() => {
            this.timer = 0;
            this.draw();
        }, pause);
    }

    draw() {
        for (const [layer, canvas] of this.pictures) {
            const context = canvas.getContext("2d");
            context.clearRect(0, 0, canvas.width, canvas.height);
            context.drawImage(layer.canvas, 0, 0, canvas.width, canvas.height);
        }
    }
}
