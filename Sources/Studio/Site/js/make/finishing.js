// Drafts that are drawn in full: each grows sharper while it is drawn.

import { fill, h } from "../dom.js";
import { onJob, stopJob } from "../events.js";
import { t } from "../messages.js";
import { timeLeft } from "../components/parts.js";

/// Shows the pictures of a job as they grow.
export class Finishing {
    constructor(onEnd) {
        this.onEnd = onEnd;
        this.element = h("div.stack.wide", { hidden: true });
    }

    watch(id) {
        const title = h("h2");
        const status = h("p.quiet", { role: "status" });
        const image = h("img.growing", { alt: t("make.growing_alt"), width: 640, height: 480 });
        const bar = h("progress", { max: 1, "aria-label": t("make.growing") });
        const done = h("ul.hang.small", { "aria-label": t("make.finished") });
        const stop = h("button.button", {
            type: "button",
            onclick: () => {
                stop.disabled = true;
                stop.textContent = t("common.stopping");
                stopJob(id);
            },
        }, t("common.stop"));
        const act = h("div.row", stop, h("span.quiet", t("make.stop_free")));
        this.element.hidden = false;
        fill(this.element, h("hgroup", title, status), image, bar, act, done);
        this.element.scrollIntoView({ behavior: "smooth", block: "nearest" });
        let shown = "";
        return new Promise((resolve) => {
            onJob(id, (job) => {
                const { result } = job;
                title.textContent = t("make.in_full", { number: result?.number ?? "" });
                bar.value = job.progress;
                status.textContent = timeLeft(job) || t("make.growing");
                if (result?.preview && result.preview !== shown) {
                    shown = result.preview;
                    // Decoded before it is shown: no blank moment between two previews.
                    const next = new Image();
                    next.src = shown;
                    next.decode().then(() => {
                        image.width = next.naturalWidth;
                        image.height = next.naturalHeight;
                        image.src = next.src;
                    }, () => {});
                }
                fill(done, (result?.generations ?? []).map((picture) => this.tile(picture)));
                if (job.state === "running") return;
                this.end(job, { title, status, bar, act, image });
                this.onEnd();
                resolve(job);
            });
        });
    }

    end(job, { title, status, bar, act, image }) {
        bar.remove();
        const made = job.result?.generations ?? [];
        if (job.state === "stopped") {
            status.textContent = t("make.stopped_full");
            fill(act);
            return;
        }
        if (!made.length) {
            this.element.hidden = true;
            return;
        }
        const last = made.at(-1);
        title.textContent = t("make.done", { count: made.length });
        status.textContent = t("make.done_hint");
        image.src = last.picture;
        image.width = last.width;
        image.height = last.height;
        image.alt = t("make.done_alt");
        fill(act, h("a.button.main", { href: `pictures?id=${last.id}` }, t("make.look")));
    }

    tile({ id, picture, width, height, number }) {
        return h("li", h("figure", h("img", { src: picture, width, height, alt: "" }),
            h("figcaption", h("a", { href: `pictures?id=${id}` },
                t("make.draft_number", { number })))));
    }
}
