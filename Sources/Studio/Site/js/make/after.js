// Make after a work, or after a photo.

import { get, put } from "../api.js";
import { picture } from "../components/preview.js";
import { fill, h } from "../dom.js";
import { t } from "../messages.js";
import { fileButton, takeDrops } from "../components/drop.js";
import { openDialog } from "../components/dialog.js";
import { Gallery } from "../components/gallery.js";
import { worksPage } from "../components/works.js";
import { toast } from "../components/parts.js";

/// Pictures that are painted after, by their name in the library.
const photo = "after";

/// Lets the artist choose a work; answers with it, or null.
export function chooseWork() {
    return new Promise((resolve) => {
        let chosen = null;
        const gallery = new Gallery(
            (after) => worksPage(after),
            (work) => h("li", h("figure",
                picture({
                    src: `api/works/${work.id}/picture?width=320`, isHere: work.is_here,
                    preview: work.preview, width: work.width, height: work.height,
                }),
                h("figcaption", h("button.name.cover", {
                    type: "button",
                    onclick: () => {
                        chosen = work;
                        dialog.close();
                    },
                }, work.title || t("common.untitled"))))),
            { classes: ".small", label: t("common.choose_work") });
        const dialog = openDialog(t("common.choose_work"), gallery.element);
        dialog.classList.add("large");
        dialog.addEventListener("close", () => resolve(chosen));
    });
}

/// The work or photo, and how near to it.
export class AfterMode {
    constructor(make) {
        this.make = make;
        this.isReady = false;
    }

    async open() {
        this.figure = h("figure.stack");
        this.closeness = h("input", { type: "range", id: "near", min: 0, max: 100, value: 45 });
        const id = this.make.address.searchParams.get("work");
        if (id) this.show((await get(`api/works/${id}`)).work);
        else this.showNothing();
        return h("section.split.after", { "aria-label": t("make.mode_after") },
            this.figure,
            h("div.stack.wide",
                this.make.styleField(({ name }) => t("make.after_hint", { style: name })),
                h("div.row",
                    h("button.button", {
                        type: "button", onclick: () => this.choose(),
                    }, t("make.another_work")),
                    fileButton(t("make.a_photo"), ([file]) => this.take(file))),
                h("div.field", h("label", { for: "near" }, t("make.near")), this.closeness,
                    h("div.ends", h("span", t("make.near_masses")), h("span", t("make.near_edges")),
                        h("span", t("make.near_lines")))),
                this.make.originalityField()));
    }

    showNothing() {
        const area = h("div.drop", h("p", t("make.after_empty")), h("div.row",
            h("button.button", { type: "button", onclick: () => this.choose() },
                t("common.choose_work")),
            fileButton(t("make.a_photo"), ([file]) => this.take(file))));
        takeDrops(area, ([file]) => this.take(file));
        fill(this.figure, area);
    }

    async choose() {
        const work = await chooseWork();
        if (!work) return;
        this.make.address.searchParams.set("work", work.id);
        history.replaceState(null, "", this.make.address);
        this.show(work);
        this.make.showCost();
    }

    show(work) {
        this.source = { work: work.id };
        this.shape = work;
        this.isReady = true;
        fill(this.figure, h("div.view", h("img", {
            src: `api/works/${work.id}/picture?width=1024`, width: work.width,
            height: work.height, alt: work.title,
        })), h("figcaption", h("h2", work.title || t("common.untitled")),
            h("span.hint", t("make.after_work_hint"))));
    }

    /// Takes a photo or another picture; it stays on this machine.
    async take(file) {
        try {
            const image = await createImageBitmap(file);
            const canvas = new OffscreenCanvas(image.width, image.height);
            canvas.getContext("2d").drawImage(image, 0, 0);
            const blob = await canvas.convertToBlob({ type: "image/png" });
            await put(`api/sketches/${photo}/picture`, blob);
            this.source = { sketch: photo };
            this.shape = image;
            this.isReady = true;
            fill(this.figure, h("div.view", h("img", {
                src: `api/sketches/${photo}/picture?${Date.now()}`, width: image.width,
                height: image.height, alt: file.name,
            })), h("figcaption", h("h2", file.name), h("span.hint", t("make.after_photo_hint"))));
            this.make.showCost();
        } catch (error) {
            toast(error.what ?? t("sketch.unreadable"));
        }
    }

    order() {
        // The short side is 640 pixels; the long one as the original's shape asks.
        const short = Math.min(this.shape.width, this.shape.height);
        const side = (length) => Math.round(Math.min(2048, Math.max(64, (length * 640) / short)));
        return {
            ...this.source, closeness: Number(this.closeness.value),
            size: [side(this.shape.width), side(this.shape.height)],
        };
    }
}
