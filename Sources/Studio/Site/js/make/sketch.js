// Make from a sketch.

import { h } from "../dom.js";
import { t } from "../messages.js";
import { takeDrops } from "../components/drop.js";
import { toast } from "../components/parts.js";
import { Keeper, readSketch } from "../sketch/keeping.js";
import { Pad } from "../sketch/pad.js";
import { Sketch } from "../sketch/sketch.js";

/// The sketch that the room shows, by its name in the library.
const name = "current";

const formats = [
    { key: "landscape", width: 1024, height: 768 },
    { key: "portrait", width: 768, height: 1024 },
    { key: "square", width: 896, height: 896 },
    { key: "wide", width: 1280, height: 720 },
];

/// The sketch pad and what belongs to it.
export class SketchMode {
    constructor(make) {
        this.make = make;
        this.isReady = true;
    }

    async open() {
        this.sketch = await readSketch(name)
            ?? new Sketch(formats[0].width, formats[0].height, t("sketch.layer", { number: 1 }));
        this.pad = new Pad(this.sketch, {
            onComplaint: (what) => toast({
                hidden: t("sketch.hidden"), large: t("sketch.large"),
                unreadable: t("sketch.unreadable"),
            }[what]),
        });
        this.pad.choose("brush");
        this.state = h("p.hint", { role: "status" }, t("sketch.saved"));
        this.keeper = new Keeper(name, this.sketch, (state, error) => {
            this.state.textContent = state === "failed"
                ? t("sketch.failed", { why: error.message })
                : state === "saved" ? t("sketch.saved") : t("sketch.saving");
        });
        this.styleChanged();
        takeDrops(this.pad.board, ([file]) => this.pad.layUnderneath(file));
        const section = h("section.easel", {
            "aria-label": t("make.mode_sketch"), onkeydown: (event) => this.pad.shortcut(event),
        },
            this.pad.tools, this.pad.board,
            h("div.stack.wide",
                this.make.styleField(({ name: style, works }) => t("make.sketch_hint", {
                    style, count: works.length,
                })),
                this.pad.layers.element, this.formatField(), this.make.originalityField(),
                this.state));
        addEventListener("paste", (event) => {
            const file = [...event.clipboardData.files].find(({ type }) => /^image/.test(type));
            if (file && section.isConnected) this.pad.layUnderneath(file);
        });
        return section;
    }

    formatField() {
        const names = {
            landscape: t("make.landscape"), portrait: t("make.portrait"),
            square: t("make.square"), wide: t("make.wide"),
        };
        const { sketch } = this;
        const known = formats.find(({ width, height }) => (
            width === sketch.width && height === sketch.height));
        this.tile = h("input", { type: "checkbox" });
        return h("div.stack", h("div.field",
            h("label", { for: "format" }, t("make.format")), h("select", {
                id: "format",
                onchange: (event) => {
                    const format = formats.find(({ key }) => key === event.target.value);
                    if (format) sketch.resize(format.width, format.height);
                    this.pad.view.fit();
                },
            }, formats.map((format) => h("option", {
                value: format.key, selected: format === known,
            }, t("make.format_size", {
                name: names[format.key], size: `${format.width} × ${format.height}`,
            }))))), h("label.check", this.tile, t("make.tile")));
    }

    styleChanged() {
        const { style } = this.make;
        this.pad.setStyle(style.name, (style.palette ?? []).map(({ hex }) => hex));
    }

    /// What the drafts are drawn from: the sketch as it is now, kept before.
    async order() {
        const { sketch } = this;
        this.keeper.isDirty = true;
        await this.keeper.now();
        return {
            ...(sketch.isBlank ? {} : { sketch: name }),
            size: [sketch.width, sketch.height], tile: this.tile.checked,
        };
    }
}
