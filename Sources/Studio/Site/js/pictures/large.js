// One picture, large: where it comes from, beside another, its rating, and what to do with it.

import { get, post, refusalBox, remove } from "../api.js";
import { ask } from "../components/dialog.js";
import { effects, shareText, toast } from "../components/parts.js";
import { picture, preview } from "../components/preview.js";
import { fill, h, icon, s } from "../dom.js";
import { moment, t } from "../messages.js";
import { exportDialog } from "./export.js";
import { Zoomable } from "./zoomable.js";

/// The large view of a generation.
export class Large {
    constructor(id, { title, onChoose, onRemoved }) {
        this.id = id;
        this.title = title;
        this.onChoose = onChoose;
        this.onRemoved = onRemoved;
        this.stop = new AbortController();
        this.element = h("section.split.picture", { "aria-labelledby": "picture-title" });
    }

    close() {
        this.stop.abort();
    }

    async open() {
        try {
            this.detail = await get(`api/generations/${this.id}`);
        } catch (error) {
            fill(this.element, refusalBox(error));
            return;
        }
        const { generation, works } = this.detail;
        this.generation = generation;
        this.works = works;
        this.name = this.title(generation);
        if (generation.is_here) this.buildView();
        fill(this.element,
            h("div.stack", generation.is_here
                ? [this.zoomable.element, this.toolbar(), this.note]
                : [h("div.view.blurred", preview(generation.preview, {
                    ...generation, alt: this.alt(),
                })), h("p.banner.wait", t("pictures.elsewhere", {
                    device: generation.device_name,
                }))]),
            this.side());
        addEventListener("keydown", (event) => this.key(event), { signal: this.stop.signal });
    }

    key(event) {
        if (event.target.closest("input, textarea, select, dialog") || event.altKey
            || event.ctrlKey || event.metaKey) return;
        const { previous, next } = this.detail;
        if (event.key === "ArrowLeft" && previous) this.onChoose(previous);
        if (event.key === "ArrowRight" && next) this.onChoose(next);
        if (/^[1-5]$/.test(event.key)) this.rate(Number(event.key));
    }

    // ---- The picture --------------------------------------------------------------------------

    image(id = this.id, { width, height } = this.generation, alt = this.alt()) {
        return h("img", { src: `api/generations/${id}/picture`, width, height, alt });
    }

    alt() {
        return t("pictures.alt", { title: this.name, count: this.works.length });
    }

    buildView() {
        this.zoomable = new Zoomable([this.image()], { ...this.generation, label: this.name });
        this.note = h("p.hint", { role: "status" });
    }

    toolbar() {
        const { previous, next, mates } = this.detail;
        this.mapButton = h("button.button", {
            type: "button", "aria-pressed": "false", onclick: () => this.toggleMap(),
        }, t("pictures.where_from"));
        this.besideButton = mates.length > 0 && h("button.button", {
            type: "button", "aria-pressed": "false", onclick: () => this.toggleBeside(),
        }, t("pictures.beside"));
        const turn = (id, name, label) => h("button.button.plain.tool", {
            type: "button", disabled: !id, "aria-label": label, title: label,
            onclick: () => this.onChoose(id),
        }, icon(name));
        return h("div.row", { role: "toolbar", "aria-label": t("pictures.view") },
            turn(previous, "left", t("pictures.previous")),
            turn(next, "right", t("pictures.next")), this.mapButton, this.besideButton,
            h("span.end", this.zoomable.controls));
    }

    // ---- Where it comes from ------------------------------------------------------------------

    async toggleMap() {
        if (this.map) {
            this.map.remove();
            this.map = null;
            this.mapButton.setAttribute("aria-pressed", "false");
            this.note.textContent = "";
            return;
        }
        this.mapButton.disabled = true;
        this.note.textContent = t("pictures.looking_up");
        try {
            this.regions ??= await get(`api/generations/${this.id}/map`);
            if (this.stop.signal.aborted) return;
            this.showMap(this.regions);
            this.note.textContent = t("pictures.map_hint");
            this.mapButton.setAttribute("aria-pressed", "true");
        } catch (error) {
            fill(this.note, refusalBox(error));
        }
        this.mapButton.disabled = false;
    }

    /// Outlines of what comes from each work, as vectors that know their work.
    showMap({ across, down, regions }) {
        const titles = new Map(this.works.map((work) => [work.id, work.title]));
        const map = s("svg.over.map", {
            viewBox: `0 0 ${across} ${down}`, preserveAspectRatio: "none", role: "img",
            "aria-label": t("pictures.map_alt", { count: regions.length }),
        }, regions.map(({ work, path, color }) => s("path", {
            d: path, fill: color, "data-work": work,
        }, s("title", titles.get(work) || t("common.untitled")))));
        map.addEventListener("pointermove", (event) => this.point(event.target.dataset.work));
        map.addEventListener("pointerleave", () => this.point(null));
        this.zoomable.inner.append(map);
        this.map = map;
        for (const { work, color } of regions) {
            this.rows.get(work)?.querySelector("rect")?.setAttribute("fill", color);
        }
    }

    /// Marks a work on the map and in the list.
    point(work) {
        if (work === this.pointed) return;
        this.pointed = work;
        for (const path of this.map?.children ?? []) {
            path.classList.toggle("dim", Boolean(work) && path.dataset.work !== work);
        }
        for (const [id, row] of this.rows) {
            if (id === work) row.setAttribute("aria-current", "true");
            else row.removeAttribute("aria-current");
        }
        const known = this.works.find(({ id }) => id === work);
        if (this.map) {
            this.note.textContent = known
                ? t("pictures.from_work", {
                    title: known.title || t("common.untitled"), share: shareText(known.share),
                }) : t("pictures.map_hint");
        }
    }

    // ---- Beside another -----------------------------------------------------------------------

    toggleBeside() {
        const isOn = this.besideButton.getAttribute("aria-pressed") === "true";
        this.besideButton.setAttribute("aria-pressed", String(!isOn));
        this.zoomable.zoomTo(1);
        this.map = null;
        this.mapButton.setAttribute("aria-pressed", "false");
        this.note.textContent = "";
        if (isOn) {
            this.zoomable.setRatio(this.generation.width / this.generation.height);
            this.zoomable.show([this.image()]);
            return;
        }
        const { mates } = this.detail;
        const other = h("div.beside-image");
        const showOther = (mate) => {
            const { width, height } = this.generation;
            this.zoomable.setRatio(2 * Math.max(width / height, mate.width / mate.height));
            fill(other, this.image(mate.id, mate, this.title(mate)));
        };
        showOther(mates[0]);
        const choice = mates.length > 1 ? h("select", {
            "aria-label": t("pictures.beside_which"),
            onchange: (event) => showOther(mates[event.target.value]),
        }, mates.map((mate, place) => h("option", { value: place }, this.title(mate)))) : null;
        this.zoomable.show([h("div.pair", this.image(), other)]);
        if (choice) fill(this.note, choice);
    }

    // ---- Beside the picture -------------------------------------------------------------------

    side() {
        const { generation } = this;
        this.rows = new Map(this.works.map((work) => [work.id, this.row(work)]));
        return h("div.stack.wide",
            h("div.stack", h("h2", { id: "picture-title" }, this.name),
                h("p.quiet", t("pictures.drawn", {
                    time: moment(generation.created_at), seed: generation.seed,
                }))),
            generation.is_source_withdrawn && h("p.banner.wait", t("pictures.withdrawn")),
            h("ul.legend", { "aria-label": t("pictures.works_in_it") }, [...this.rows.values()]),
            this.rating(), this.standing(),
            generation.is_here && h("div.row",
                h("button.button.main", {
                    type: "button", onclick: () => exportDialog(this.detail, this.name),
                }, t("pictures.export")),
                generation.sheet && h("a.button", {
                    href: `make?sheet=${generation.sheet}&style=${generation.model_id ?? ""}`,
                }, t("pictures.other_drafts"))),
            h("div.row", h("button.button.plain.bad", {
                type: "button", onclick: () => this.remove(),
            }, t("pictures.remove"))));
    }

    row(work) {
        return h("li", {
            onpointerenter: () => this.point(work.id), onpointerleave: () => this.point(null),
        },
        h("span", s("svg.key", { "aria-hidden": "true" },
            s("rect", { width: "100%", height: "100%", fill: "none" }))),
        h("span", picture({
            src: `api/works/${work.id}/picture?width=160`, isHere: work.is_here,
            preview: work.preview, width: work.width, height: work.height,
        })),
        work.title === undefined ? h("span.quiet", t("pictures.removed_work"))
            : h("a", { href: `works?id=${work.id}` }, work.title || t("common.untitled")),
        h("output", shareText(work.share)));
    }

    rating() {
        this.rates = [1, 2, 3, 4, 5].map((value) => h("input", {
            type: "radio", name: "rate", value, checked: value === this.generation.rating,
            onchange: () => this.rate(value),
        }));
        return h("div.row.rates",
            h("fieldset", h("legend", t("pictures.rate")), h("div.row", this.rates.map(
                (input, place) => h("label.check", input, String(place + 1))))),
            h("button.button.plain", { type: "button", onclick: () => this.rate(0) },
                t("pictures.no_rating")));
    }

    async rate(value) {
        try {
            await post(`api/generations/${this.id}/rate`, { rating: value });
            this.rates.forEach((input, place) => { input.checked = place + 1 === value; });
        } catch (error) {
            toast(error.what ?? String(error));
        }
    }

    standing() {
        const { standing, refusal } = this.generation;
        if (standing === "countersigned") {
            return h("p.row", h("span.chip.good", icon("check"), t("pictures.countersigned")));
        }
        if (standing === "refused") {
            return h("p.row", h("span.chip.bad", icon("cross"), t("pictures.refused")),
                h("span.quiet", refusal));
        }
        return h("p.row", h("span.chip.wait", icon("circle"), t("pictures.waiting")),
            h("a", { href: "account" }, t("pictures.waiting_hint")));
    }

    async remove() {
        const isSure = await ask(t("pictures.remove_title", { title: this.name }), effects(null, [
            t("pictures.remove_everywhere"), t("pictures.remove_trash"),
            t("pictures.remove_credit"),
        ]), [{ text: t("pictures.remove_it"), value: true, kind: "bad" }]);
        if (!isSure) return;
        try {
            await remove(`api/generations/${this.id}`);
            this.onRemoved();
            toast(t("pictures.removed", { title: this.name }));
        } catch (error) {
            toast(error.what ?? String(error));
        }
    }
}
