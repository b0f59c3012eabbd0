// Styles: what each has learned from which works, teaching a new one, comparing a picture.

import { get, post, Refusal, refusalBox, remove } from "../api.js";
import { ask, openDialog } from "../components/dialog.js";
import { pictureDrop } from "../components/drop.js";
import { bars, effects, palette, rose, shareText, timeLeft, toast, watchJob }
    from "../components/parts.js";
import { tile } from "../components/gallery.js";
import { preview } from "../components/preview.js";
import { fill, h, icon, s } from "../dom.js";
import { onChange, runningJobs } from "../events.js";
import { number, series, t } from "../messages.js";
import { Teaching } from "../styles/teaching.js";

/// Sum of the widths that the swatches ask for; they shrink together to fill their row.
const swatchWidth = 2600;

/// Greys of the bars of light, dark to light.
const greys = Array.from({ length: 16 }, (_, place) => {
    const value = Math.round(20 + (place / 15) * 205).toString(16).padStart(2, "0");
    return `#${value}${value}${value}`;
});

class Styles {
    constructor(room) {
        this.room = room;
        this.address = new URL(location.href);
        this.lead = h("p.quiet");
        this.learning = h("div", { hidden: true });
        this.all = h("section.halves", { "aria-label": t("styles.all") });
        this.detail = h("div.stack.loose");
    }

    async open() {
        const head = document.getElementById("head");
        head.querySelector("hgroup").append(this.lead);
        head.append(h("button.button.main", { type: "button", onclick: () => this.teach() },
            icon("plus"), t("styles.teach")));
        this.room.append(this.learning, this.all, this.detail);
        onChange(["models", "model_works", "generations"], () => this.refresh());
        await this.refresh();
        for (const job of await runningJobs("train")) this.watch(job.id);
        if (this.address.searchParams.has("new")) this.teach();
    }

    async refresh() {
        const { styles } = await get("api/styles");
        // What did not change stays, with what the artist does in it.
        const told = JSON.stringify(styles);
        if (told === this.told) return;
        this.told = told;
        this.styles = styles;
        this.lead.textContent = styles.length ? t("styles.lead", { count: styles.length })
            : t("styles.lead_none");
        const wanted = this.address.searchParams.get("id");
        this.current = styles.find(({ id }) => id === wanted) ?? styles.at(-1);
        this.showAll();
        await this.showCurrent();
    }

    showAll() {
        this.all.hidden = this.styles.length < 2;
        fill(this.all, [...this.styles].reverse().map((style) => h("a.stack.style", {
            href: `styles?id=${style.id}`,
            "aria-current": style === this.current ? "true" : null,
            onclick: (event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                this.choose(style);
            },
        }, h("h2", style.name), this.strip(style), h("span.quiet", this.summary(style)))));
    }

    strip({ name, palette: colours }) {
        return palette(colours.map(({ hex, share }) => ({ colour: hex, share })),
            t("styles.palette_of", { style: name, count: colours.length }));
    }

    summary(style) {
        return series([
            t("styles.works", { count: style.works.length }),
            t("styles.pictures", { count: style.pictures }),
            ...(style.figures.usable.length >= 2 ? [t("styles.figures")] : []),
            ...(style.is_here ? [] : [t("common.elsewhere", { device: style.device_name })]),
        ]);
    }

    async choose(style) {
        this.current = style;
        this.address.searchParams.set("id", style.id);
        history.pushState(null, "", this.address);
        this.showAll();
        await this.showCurrent();
    }

    // ---- One style ----------------------------------------------------------------------------

    async showCurrent() {
        if (!this.current) {
            fill(this.detail, h("section.banner", h("p", t("styles.empty")),
                h("div.row", h("button.button.main", {
                    type: "button", onclick: () => this.teach(),
                }, t("styles.teach")))));
            return;
        }
        const detail = await get(`api/styles/${this.current.id}`);
        fill(this.detail, this.sheet(detail), this.giving(detail),
            detail.is_here && this.comparing(detail));
    }

    sheet(style) {
        const { analysis } = style;
        return h("article.stack.sheet", { "aria-labelledby": "style-name" },
            h("div.head",
                h("hgroup", h("h2.name", { id: "style-name" }, style.name),
                    h("p.quiet", t("styles.learned", { count: style.works.length }))),
                h("div.row",
                    style.is_here && h("a.button.main", { href: `make?style=${style.id}` },
                        t("styles.draw")),
                    style.is_here && h("a.button", {
                        href: `api/styles/${style.id}/chart`, download: `${style.name}.png`,
                    }, t("styles.save_sheet")),
                    h("button.button.plain.bad", {
                        type: "button", onclick: () => this.remove(style),
                    }, t("styles.remove")))),
            !style.is_here && h("div.banner.wait.with-picture",
                preview(style.preview, { width: 1, height: 1 }),
                h("p", t("styles.elsewhere", { device: style.device_name }))),
            style.figures.outdated.length > 0 && h("p.banner.wait",
                t("styles.points_changed", { count: style.figures.outdated.length })),
            analysis && this.swatches(analysis.palette),
            analysis && this.plots(style));
    }

    swatches(colours) {
        const total = colours.reduce((sum, { share }) => sum + Math.sqrt(share), 0);
        return h("ul.swatches", { "aria-label": t("styles.palette") },
            colours.map(({ hex, share }) => h("li",
                s("svg", {
                    width: Math.round((Math.sqrt(share) / total) * swatchWidth),
                    "aria-hidden": "true",
                }, s("rect", { width: "100%", height: "100%", fill: hex })),
                h("span", hex, h("br"), h("span.quiet", shareText(share))))));
    }

    plots(style) {
        const plot = (title, hint, picture, ends = null) => h("figure.stack",
            h("figcaption", h("h3", title), h("span.hint", hint)), picture,
            ends && h("div.ends", ends.map((end) => h("span", end))));
        const { stroke_widths: widths, edge_directions: edges, texture_by_scale: texture,
            lightness } = style.analysis;
        const main = edges.indexOf(Math.max(...edges));
        const direction = main < 2 || main > 10 ? t("styles.level")
            : main > 4 && main < 8 ? t("styles.upright") : t("styles.slanted");
        const middle = style.middle_stroke_width;
        const lines = middle === undefined ? t("styles.no_lines")
            : t("styles.lines_hint", { number: number(middle) });
        const rough = texture.indexOf(Math.max(...texture)) >= texture.length / 2;
        const light = t("styles.light_hint", {
            contrast: number(Math.round(style.contrast)),
            middle: number(Math.round(style.middle_lightness ?? 0)),
        });
        return h("div.quarters",
            plot(t("styles.lines"), lines, bars(widths, lines),
                [t("styles.fine"), t("styles.broad")]),
            plot(t("styles.directions"), direction, rose(edges, direction)),
            plot(t("styles.texture"), rough ? t("styles.in_masses") : t("styles.in_grain"),
                bars(texture, t("styles.texture")), [t("styles.grain"), t("styles.masses")]),
            plot(t("styles.light"), light, bars(lightness, light, greys),
                [t("styles.dark"), t("styles.bright")]));
    }

    giving(style) {
        return h("section.stack.wide", { "aria-labelledby": "giving" },
            h("hgroup", h("h2", { id: "giving" }, t("styles.giving")),
                h("p.quiet", style.pictures
                    ? t("styles.giving_hint", { style: style.name, count: style.pictures })
                    : t("styles.giving_none"))),
            h("ul.hang.small", style.works.map((work) => tile({
                picture: `api/works/${work.id}/picture?width=320`, of: work,
                title: work.title || t("common.untitled"),
                note: style.pictures ? shareText(work.share) : null, href: `works?id=${work.id}`,
            }))));
    }

    // ---- Comparing ----------------------------------------------------------------------------

    comparing(style) {
        const answer = h("div", { "aria-live": "polite" });
        return h("section.stack.wide", { "aria-labelledby": "comparing" },
            h("hgroup", h("h2", { id: "comparing" }, t("styles.compare")),
                h("p.quiet", t("styles.compare_hint"))),
            pictureDrop((file) => this.compare(style, file, answer)), answer);
    }

    async compare(style, file, answer) {
        fill(answer, h("p.quiet", t("styles.comparing")));
        try {
            const response = await fetch(`api/styles/${style.id}/compare`, {
                method: "POST", body: file, headers: { "X-Atelier": "1" },
            });
            const body = await response.json();
            if (!response.ok) throw new Refusal(body.error);
            const { likeness } = body;
            const rows = [
                [t("styles.colours"), likeness.colors], [t("styles.light"), likeness.light],
                [t("styles.lines"), likeness.lines], [t("styles.directions"), likeness.directions],
                [t("styles.texture"), likeness.texture], [t("styles.marks"), likeness.marks],
            ];
            const picture = URL.createObjectURL(file);
            fill(answer, h("div.compared",
                h("div.view", h("img", {
                    src: picture, alt: file.name, onload: () => URL.revokeObjectURL(picture),
                })),
                h("div.stack.wide",
                    h("hgroup", h("h3", t("styles.likeness", {
                        number: number(Math.round(likeness.overall)),
                    })), h("p.quiet", t("styles.likeness_hint"))),
                    h("dl.meters", rows.map(([name, value]) => [
                        h("dt", name),
                        h("dd", h("progress", {
                            max: 100, value: Math.round(value), "aria-label": name,
                        }), h("output", number(Math.round(value)))),
                    ])))));
        } catch (error) {
            fill(answer, refusalBox(error));
        }
    }

    // ---- Teaching and removing ----------------------------------------------------------------

    teach() {
        const teaching = new Teaching(this.styles, async (name, ids) => {
            const { job } = await post("api/styles", { name, works: ids });
            this.watch(job, name);
        });
        const dialog = openDialog(t("styles.teach"), teaching.element);
        dialog.classList.add("large");
        teaching.onDone = () => dialog.close();
        dialog.addEventListener("close", () => {
            this.address.searchParams.delete("new");
            history.replaceState(null, "", this.address);
        });
        teaching.open();
    }

    async watch(id, name = "") {
        this.learning.hidden = false;
        this.learning.scrollIntoView({ block: "nearest" });
        const state = await watchJob(id, this.learning, {
            title: name ? t("styles.learning", { style: name }) : t("styles.learning_one"),
            note: (job) => [
                job.waits ? t("styles.waits") : t("styles.reading"), timeLeft(job),
            ].filter(Boolean).join(" "),
        });
        this.learning.hidden = state.state !== "failed";
        if (state.state === "failed") fill(this.learning, refusalBox(state.error));
        if (state.state !== "done") return;
        this.address.searchParams.set("id", state.result.id);
        history.replaceState(null, "", this.address);
        await this.refresh();
        toast(t("styles.learned_now", { style: state.result.name }));
    }

    async remove(style) {
        const isSure = await ask(t("styles.remove_title", { style: style.name }), effects(null, [
            t("styles.remove_everywhere"),
            t("styles.remove_pictures", { count: style.pictures }),
            t("styles.remove_back"),
        ]), [{ text: t("styles.remove"), value: true, kind: "bad" }]);
        if (!isSure) return;
        try {
            await remove(`api/styles/${style.id}`);
            this.address.searchParams.delete("id");
            history.replaceState(null, "", this.address);
            await this.refresh();
            toast(t("styles.removed", { style: style.name }));
        } catch (error) {
            this.detail.prepend(refusalBox(error));
        }
    }
}

/// Opens the room.
export async function show(room) {
    await new Styles(room).open();
}
