// The drafts of a sheet: they come one by one, and up to four are ticked.

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { onJob, stopJob } from "../events.js";
import { t } from "../messages.js";
import { timeLeft } from "../components/parts.js";

/// Drafts of one sheet that may be drawn in full.
const mostPicks = 4;
const count = 9;

/// Shows drafts; calls back with the numbers that are to be drawn in full.
export class Drafts {
    constructor(onPick) {
        this.onPick = onPick;
        this.element = h("div.stack.wide", { hidden: true, id: "drafts" });
        this.picked = new Set();
        this.sheet = null;
        this.isDrawing = false;
    }

    /// Shows the drafts of a job as they come, and answers with its last state.
    watch(id, isFigure, size = null) {
        this.isDrawing = true;
        this.isFigure = isFigure;
        this.picked = new Set();
        this.sheet = null;
        this.known = new Map();
        this.total = count;
        this.stop = h("button.button", {
            type: "button",
            onclick: () => {
                this.stop.disabled = true;
                stopJob(id);
            },
        }, t("common.stop"));
        this.bar = h("progress", { max: 1, "aria-label": t("make.drafts") });
        this.status = h("p.quiet", { role: "status" });
        this.places = h(`ol.drafts${isFigure ? ".square" : ""}`);
        if (size) this.places.style.setProperty("--shape", `${size[0]} / ${size[1]}`);
        this.act = h("div.row");
        this.element.hidden = false;
        fill(this.element, h("div.head", h("hgroup", h("h2", t("make.drafts")), this.status),
            this.stop), this.bar, this.places, this.act);
        return new Promise((resolve) => {
            onJob(id, (job) => {
                this.isDrawing = job.state === "running";
                this.take(job);
                if (this.isDrawing) return;
                this.stop.remove();
                this.bar.remove();
                if (job.state !== "done") this.element.hidden = true;
                if (job.result?.is_repeat) this.showSheet(job.result.sheet);
                resolve(job);
            });
        });
    }

    take(job) {
        const { result } = job;
        const drafts = result?.drafts ?? [];
        this.total = result?.count ?? this.total;
        if (result?.sheet) this.sheet = result.sheet;
        this.bar.value = job.progress;
        if (job.state === "running") {
            this.status.textContent = [
                t("make.drafts_here", { here: drafts.length, count: this.total }), timeLeft(job),
            ].filter(Boolean).join(" ");
        } else if (job.state === "done") {
            this.status.textContent = t("make.drafts_all", { count: this.total, most: mostPicks });
        }
        this.show(drafts);
    }

    /// Shows the drafts of a sheet from before.
    async showSheet(id) {
        const { generation } = await get(`api/generations/${id}`);
        if (!generation.is_sheet) return;
        this.sheet = id;
        this.total = generation.drafts;
        this.isFigure = generation.kind === "figure";
        this.status = h("p.quiet", { role: "status" },
            t("make.drafts_all", { count: this.total, most: mostPicks }));
        this.picked = new Set();
        // The sheet is one picture; its drafts are ticked by their numbers below it.
        this.known = new Map(Array.from({ length: this.total }, (_, place) => [
            place + 1, h("label.check", this.box(place + 1), String(place + 1)),
        ]));
        this.act = h("div.row");
        this.element.hidden = false;
        fill(this.element, h("hgroup", h("h2", t("make.drafts")), this.status),
            generation.is_here && h("img.sheet-image", {
                src: `api/generations/${id}/picture`, width: generation.width,
                height: generation.height, alt: t("make.drafts"),
            }),
            h("div.row", { role: "group", "aria-label": t("make.drafts") },
                [...this.known.values()]), this.act);
        this.showAct();
        this.element.scrollIntoView({ block: "start" });
    }

    show(drafts) {
        for (const draft of drafts) {
            if (!this.known.has(draft.number)) this.known.set(draft.number, this.place(draft));
        }
        const left = Math.max(0, this.total - drafts.length);
        const coming = Array.from({ length: left }, (_, index) => h("li.coming",
            index === 0 && this.isDrawing ? t("make.being_drawn") : ""));
        const places = [...drafts.map(({ number }) => this.known.get(number)), ...coming];
        const isSame = places.length === this.places.childElementCount
            && places.every((place, index) => place === this.places.children[index]);
        if (!isSame) fill(this.places, places);
        this.showAct();
    }

    place({ number, picture }) {
        const image = h("img", {
            src: picture, alt: "",
            // Every place takes the shape of the drafts.
            onload: () => this.places.style.setProperty(
                "--shape", `${image.naturalWidth} / ${image.naturalHeight}`),
        });
        return h("li", image, h("label", this.box(number)));
    }

    /// What ticks a draft.
    box(number) {
        return h("input", {
            type: "checkbox", disabled: true,
            "aria-label": this.isFigure ? t("make.figure_number", { number })
                : t("make.draft_number", { number }),
            onchange: (event) => {
                if (event.target.checked) this.picked.add(number);
                else this.picked.delete(number);
                this.showAct();
            },
        });
    }

    showAct() {
        const isReady = this.sheet !== null && !this.isDrawing;
        const isFull = this.picked.size >= mostPicks;
        for (const [number, place] of this.known) {
            place.querySelector("input").disabled = !isReady
                || (isFull && !this.picked.has(number));
        }
        if (!isReady) return;
        fill(this.act, h("button.button.main", {
            type: "button", disabled: !this.picked.size,
            onclick: () => this.onPick([...this.picked].sort((a, b) => a - b)),
        }, this.picked.size ? t("make.draw_full", { count: this.picked.size })
            : t("make.draw_ticked")),
        h("span.quiet", isFull ? t("make.full_enough", { most: mostPicks }) : t("make.full_free")));
    }
}
