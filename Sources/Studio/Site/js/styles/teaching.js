// Choosing the works that a style learns from.

import { refusalBox } from "../api.js";
import { Gallery } from "../components/gallery.js";
import { tickable, tickAll, worksPage } from "../components/works.js";
import { fill, h } from "../dom.js";
import { t } from "../messages.js";

/// Letters of a style's name.
const nameLetters = 80;

/// A form: a name, and works to tick; by tag, or one by one.
export class Teaching {
    constructor(styles, onTeach) {
        this.names = new Set(styles.map(({ name }) => name));
        this.onTeach = onTeach;
        this.onDone = () => {};
        this.chosen = new Map();
        this.tag = null;
        this.name = h("input", {
            id: "style-name-field", maxlength: nameLetters, autocomplete: "off", required: true,
            oninput: () => this.showState(),
        });
        this.tags = h("div.row", { role: "group", "aria-label": t("styles.by_tag") });
        this.status = h("p.quiet", { role: "status" });
        this.refusal = h("div");
        this.button = h("button.button.main", { disabled: true }, t("styles.teach_it"));
        this.gallery = new Gallery(
            (after) => worksPage(after, this.tag), (work) => this.choice(work),
            { classes: ".small", label: t("styles.which_works") });
        this.element = h("form.stack.wide", {
            onsubmit: (event) => {
                event.preventDefault();
                this.submit();
            },
        },
        h("div.field", h("label", { for: "style-name-field" }, t("styles.name")), this.name),
        h("fieldset.stack", h("legend", t("styles.which_works")), this.tags,
            h("div.scroll", { tabindex: -1 }, this.gallery.element)),
        this.refusal,
        h("div.row.sticky", this.button, this.status));
    }

    async open() {
        const { tags, total } = await worksPage();
        if (!total) {
            fill(this.element, h("p", t("styles.no_works")),
                h("div.row", h("a.button.main", { href: "works" }, t("styles.to_works"))));
            return;
        }
        const buttons = [[t("styles.all_works", { count: total }), null],
            ...(tags ?? []).map(({ tag, count }) => [`${tag} ${count}`, tag])]
            .map(([text, tag]) => this.chip(text, tag));
        fill(this.tags, buttons, h("button.chip.end", {
            type: "button", onclick: () => tickAll(this.gallery.list),
        }, t("styles.tick_shown")));
        this.showState();
        this.name.focus();
    }

    /// A button that shows the works with a tag.
    chip(text, tag) {
        const button = h("button.chip", {
            type: "button", "aria-pressed": String(tag === this.tag),
            onclick: () => {
                this.tag = tag;
                for (const other of this.tags.querySelectorAll("[aria-pressed]")) {
                    other.setAttribute("aria-pressed", String(other === button));
                }
                this.gallery.refresh();
            },
        }, text);
        return button;
    }

    choice(work) {
        return tickable(work, {
            isTicked: this.chosen.has(work.id), disabled: work.is_here === false,
            onTick: (isTicked) => {
                if (isTicked) this.chosen.set(work.id, work);
                else this.chosen.delete(work.id);
                this.showState();
            },
        });
    }

    showState() {
        const isTaken = this.names.has(this.name.value.trim());
        this.button.disabled = !this.chosen.size || !this.name.value.trim() || isTaken;
        this.status.textContent = isTaken ? t("styles.name_taken")
            : t("styles.chosen", { count: this.chosen.size });
    }

    async submit() {
        this.button.disabled = true;
        try {
            await this.onTeach(this.name.value.trim(), [...this.chosen.keys()]);
            this.onDone();
        } catch (error) {
            fill(this.refusal, refusalBox(error));
            this.showState();
        }
    }
}
