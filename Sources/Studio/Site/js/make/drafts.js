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
    watch(id, isFigure) {
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
        this.act = h("div.row");
        this.element.hidden = false;
        fill(this.element, h("div.head", h("hgroup", h("h2", t("make.drafts")), this.status),
            this.stop), this.bar, this.places, this.act);
        return new Promise((resolve) => {
            onJob(id, (job) => {
                this.take(job);
                if (job.state === "running") return;
                this.isDrawing = false;
                this.stop.remove();
                this.bar.remove();
                if (job.state === "stopped") this.status.textContent = t("make.stopped");
                if (job.state === "failed") this.element.hidden = true;
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
        const { drafts, generation } = await get(`api/generations/${id}`);
        if (!drafts?.length) return;
        this.sheet = id;
        this.total = drafts.length;
        this.known = new Map();
        this.status = h("p.quiet", { role: "status" },
            t("make.drafts_all", { count: this.total, most: mostPicks }));
        this.places = h(`ol.drafts${generation.kind === "figure" ? ".square" : ""}`);
        this.act = h("div.row");
        this.element.hidden = false;
        fill(this.element, h("hgroup", h("h2", t("make.drafts")), this.status), this.places,
            this.act);
        this.show(drafts);
        this.element.scrollIntoView({ block: "start" });
    }

    show(drafts) {
        for (const draft of drafts) {
            if (!this.known.has(draft.number)) this.known.set(draft.number, this.place(draft));
        }
        // The order may change until all are there: the smoothest come first in the end.
        const coming = Array.from({ length: Math.max(0, this.total - drafts.length) }, (_, index) => (
            h("li.coming", index === 0 && this.isDrawing ? t("make.being_drawn") : "")));
        const places = [...drafts.map(({ number }) => this.known.get(number)), ...coming];
        const isSame = places.length === this.places.childElementCount
            && places.every((place, index) => place === this.places.children[index]);
        if (!isSame) fill(this.places, places);
        this.showAct();
    }

    place({ number, picture, width, height }) {
        const name = this.isFigure ? t("make.figure_number", { number })
            : t("make.draft_number", { number });
        return h("li", h("img", { src: picture, width, height, alt: "" }),
            h("label", h("input", {
                type: "checkbox", "aria-label": name, disabled: true,
                onchange: (event) => {
                    if (event.target.checked) this.picked.add(number);
                    else this.picked.delete(number);
                    this.showAct();
                },
            })));
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
        }, t("make.draw_full", { count: this.picked.size })),
        h("span.quiet", isFull ? t("make.full_enough", { most: mostPicks }) : t("make.full_free")));
    }
}
