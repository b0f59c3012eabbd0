// Make without a sketch: a composition, a collage, or a tile, all chosen by the seed.

import { h, s } from "../dom.js";
import { t } from "../messages.js";

const formats = { landscape: [896, 672], portrait: [672, 896], square: [768, 768] };
const seedLimit = 2n ** 63n;

/// What kind of surprise.
export class FreeMode {
    constructor(make) {
        this.make = make;
        this.isReady = true;
        this.kind = "compose";
        this.format = "landscape";
    }

    async open() {
        const kinds = {
            compose: [t("make.compose"), t("make.compose_hint")],
            collage: [t("make.collage"), t("make.collage_hint")],
            tile: [t("make.tile_kind"), t("make.tile_hint")],
        };
        const names = {
            landscape: t("make.landscape"), portrait: t("make.portrait"),
            square: t("make.square"),
        };
        this.seed = h("input", {
            id: "seed", inputmode: "numeric", pattern: "[0-9]*", autocomplete: "off",
            placeholder: t("make.seed_any"),
        });
        this.originality = this.make.originalityField();
        this.showOriginality();
        return h("section.split", { "aria-label": t("make.mode_free") },
            h("div.stack.wide",
                h("fieldset.stack", h("legend", t("make.surprise")),
                    h("div.thirds.close-thirds", Object.entries(kinds).map(this.kindChoice, this))),
                h("fieldset.stack", h("legend", t("make.format")),
                    h("div.row.formats", Object.entries(formats).map(([name, [width, height]]) => (
                        this.choice("format", name, name === this.format,
                            h("span", this.shape(width, height), names[name],
                                h("span.hint", `${width} × ${height}`)),
                            () => { this.format = name; })))))),
            h("div.stack.wide",
                this.make.styleField(({ name, works }) => t("make.free_hint", {
                    style: name, count: works.length,
                })),
                this.originality,
                h("div.field", h("label", { for: "seed" }, t("make.seed")), this.seed,
                    h("span.hint", t("make.seed_hint")))));
    }

    kindChoice([name, [text, hint]]) {
        const label = h("span", text, h("span.hint", hint));
        return this.choice("kind", name, name === this.kind, label, () => {
            this.kind = name;
            this.showOriginality();
        });
    }

    /// A composition keeps the drawing of two works: the size of pieces would change nothing.
    showOriginality() {
        this.originality.hidden = this.kind === "compose";
    }

    choice(group, value, isChecked, label, act) {
        return h("label.choice", h("input", {
            type: "radio", name: group, value, checked: isChecked, onchange: act,
        }), label);
    }

    shape(width, height) {
        const scale = 44 / Math.max(width, height);
        return s("svg.shape", { viewBox: "0 0 48 48", "aria-hidden": "true" }, s("rect", {
            x: 24 - (width * scale) / 2, y: 24 - (height * scale) / 2, width: width * scale,
            height: height * scale, rx: 3,
        }));
    }

    order() {
        const seed = this.seed.value.trim();
        const isSeed = /^[0-9]{1,19}$/.test(seed) && BigInt(seed) < seedLimit;
        return {
            mode: this.kind, size: formats[this.format], ...(isSeed ? { seed } : {}),
        };
    }
}
