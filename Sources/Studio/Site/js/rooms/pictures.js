// Pictures: all that was made, one of them large, where it comes from, what is done with it.

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { onChange } from "../events.js";
import { month, t } from "../messages.js";
import { Gallery, tile } from "../components/gallery.js";
import { Large } from "../pictures/large.js";
import { verifyPart } from "../pictures/verify.js";

class Pictures {
    constructor(room) {
        this.room = room;
        this.address = new URL(location.href);
        this.filter = "all";
        this.lead = h("p.quiet");
        this.large = h("div");
        this.gallery = new Gallery((after) => this.page(after), (picture) => this.item(picture),
            { label: t("pictures.all"), onBegin: () => { this.lastMonth = null; } });
    }

    async open() {
        const head = document.getElementById("head");
        head.querySelector("hgroup").append(this.lead);
        this.chips = h("div.row", { role: "group", "aria-label": t("pictures.which") });
        head.append(this.chips);
        this.empty = h("section.banner", { hidden: true }, h("p", t("pictures.empty")),
            h("div.row", h("a.button.main", { href: "make" }, t("pictures.to_make"))));
        this.room.append(this.large, this.empty, this.gallery.element, verifyPart());
        this.showChips();
        onChange(["generations"], () => this.gallery.refresh());
        addEventListener("popstate", () => {
            this.address = new URL(location.href);
            this.showLarge();
        });
        await this.showLarge();
    }

    showChips() {
        const names = {
            all: t("pictures.filter_all"), rated: t("pictures.filter_rated"),
            countersigned: t("pictures.filter_countersigned"), sheets: t("pictures.filter_sheets"),
        };
        fill(this.chips, Object.entries(names).map(([name, text]) => h("button.chip", {
            type: "button", "aria-pressed": String(name === this.filter),
            onclick: () => {
                this.filter = name;
                this.showChips();
                this.gallery.refresh();
            },
        }, text)));
    }

    async page(after) {
        const query = new URLSearchParams({ limit: "80", which: this.filter });
        if (after) query.set("after", after);
        const page = await get(`api/generations?${query}`);
        if (page.total !== undefined) {
            this.lead.textContent = t("pictures.lead", { count: page.total });
            this.empty.hidden = page.total > 0;
        }
        return page;
    }

    item(picture) {
        const title = this.titleOf(picture);
        const element = tile({
            picture: `api/generations/${picture.id}/picture?width=480`, of: picture, title,
            note: picture.is_here ? null
                : t("common.elsewhere", { device: picture.device_name }),
            href: picture.is_sheet ? `make?sheet=${picture.id}&style=${picture.model_id ?? ""}`
                : `pictures?id=${picture.id}`,
            isCurrent: picture.id === this.address.searchParams.get("id"),
        });
        if (!picture.is_sheet) {
            element.querySelector("a").addEventListener("click", (event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                this.choose(picture.id);
            });
        }
        const name = month(picture.created_at);
        if (name === this.lastMonth) return element;
        this.lastMonth = name;
        const parts = document.createDocumentFragment();
        parts.append(h("li.whole", h("h2", name)), element);
        return parts;
    }

    titleOf({ model_name: style, draft, seed, kind, is_sheet: isSheet }) {
        if (isSheet) return t("pictures.view_sheet", { style });
        if (kind === "figure") {
            return t("pictures.title_figure", {
                style, number: draft || seed.slice(-3),
            });
        }
        return draft ? t("pictures.title_draft", { style, number: draft })
            : t("pictures.title_plain", { style, number: seed.slice(-3) });
    }

    choose(id) {
        this.address.searchParams.set("id", id);
        history.pushState(null, "", this.address);
        this.showLarge();
        this.large.scrollIntoView({ behavior: "smooth", block: "start" });
    }

    async showLarge() {
        const id = this.address.searchParams.get("id");
        this.shown?.close();
        this.shown = null;
        for (const item of this.gallery.list.querySelectorAll("[aria-current]")) {
            item.removeAttribute("aria-current");
        }
        if (!id) return fill(this.large);
        this.shown = new Large(id, {
            title: (picture) => this.titleOf(picture),
            onChoose: (other) => this.choose(other),
            onRemoved: () => {
                this.address.searchParams.delete("id");
                history.replaceState(null, "", this.address);
                this.showLarge();
                this.gallery.refresh();
            },
        });
        fill(this.large, this.shown.element);
        await this.shown.open();
    }
}

/// Opens the room.
export async function show(room) {
    await new Pictures(room).open();
}
