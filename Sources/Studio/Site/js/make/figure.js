// Make a figure: a new character from the artist's own characters.

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../messages.js";

/// Works with points that a figure needs at least.
const fewest = 2;

/// What of a figure changes.
export class FigureMode {
    constructor(make) {
        this.make = make;
        this.keep = "nothing";
        this.kept = null;
    }

    get isReady() {
        return this.usable?.length >= fewest && (this.keep === "nothing" || this.kept !== null);
    }

    async open() {
        this.side = h("div.stack.wide");
        this.works = h("div.stack.wide");
        await this.load();
        return h("section.split", { "aria-label": t("make.mode_figure") }, this.works, this.side);
    }

    async load() {
        const detail = await get(`api/styles/${this.make.style.id}`);
        const byID = new Map(detail.works.map((work) => [work.id, work]));
        this.usable = detail.figures.usable.map((id) => byID.get(id)).filter(Boolean);
        this.without = detail.figures.without.length;
        this.outdated = detail.figures.outdated.length;
        this.kept = null;
        this.showSide();
        this.showWorks();
    }

    async styleChanged() {
        await this.load();
        this.make.showCost();
    }

    showSide() {
        const choices = {
            nothing: [t("make.keep_nothing"), t("make.keep_nothing_hint")],
            head: [t("make.keep_head"), t("make.keep_head_hint")],
            pose: [t("make.keep_pose"), t("make.keep_pose_hint")],
            colours: [t("make.keep_colours"), t("make.keep_colours_hint")],
        };
        fill(this.side,
            this.make.styleField(() => t("make.figure_hint")),
            h("fieldset.stack", h("legend", t("make.what_changes")),
                Object.entries(choices).map(([name, [text, hint]]) => h("label.choice",
                    h("input", {
                        type: "radio", name: "keep", checked: name === this.keep,
                        onchange: () => {
                            this.keep = name;
                            this.showWorks();
                            this.make.showCost();
                        },
                    }), h("span", text, h("span.hint", hint))))));
    }

    showWorks() {
        const { usable } = this;
        const title = this.keep === "nothing"
            ? t("make.from_points", { count: usable.length })
            : { head: t("make.which_head"), pose: t("make.which_pose"),
                colours: t("make.which_colours") }[this.keep];
        fill(this.works, h("h2", title),
            h("ul.hang", { "aria-label": title }, usable.map((work) => this.work(work))),
            usable.length < fewest && h("p", t("make.too_few_points", { count: fewest })),
            this.outdated > 0 && h("p.hint", t("make.points_changed"), " ",
                h("a", { href: `styles?id=${this.make.style.id}` }, t("styles.title"))),
            this.without > 0 && h("p.hint", t("make.without_points", { count: this.without }), " ",
                h("a", { href: "works" }, t("make.place_points"))));
    }

    work(work) {
        const image = h("img", {
            src: `api/works/${work.id}/picture?width=320`, width: work.width,
            height: work.height, alt: "", loading: "lazy",
        });
        const name = work.title || t("common.untitled");
        if (this.keep === "nothing") return h("li", h("figure", image, h("figcaption", name)));
        return h("li", h("figure", image, h("figcaption", h("label.check.small.cover-label",
            h("input", {
                type: "radio", name: "kept", checked: work.id === this.kept,
                onchange: () => {
                    this.kept = work.id;
                    this.make.showCost();
                },
            }), name))));
    }

    order() {
        return {
            size: [640, 640],
            ...(this.keep === "nothing" ? {} : { [this.keep]: this.kept }),
        };
    }
}
