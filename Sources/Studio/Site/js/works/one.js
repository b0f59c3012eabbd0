// One work: its picture, what is marked on it, title, tags and note, rights, removal.

import { get, patch, post, Refusal, refusalBox, remove } from "../api.js";
import { ask } from "../components/dialog.js";
import { effects, toast } from "../components/parts.js";
import { preview } from "../components/preview.js";
import { fill, freshID, h, icon } from "../dom.js";
import { onChange } from "../events.js";
import { date, list, t } from "../messages.js";
import { MarksEditor } from "./marks.js";

/// Shows the work of an id.
export async function showWork(root, id) {
    const page = new WorkPage(root, id);
    try {
        page.take(await get(`api/works/${id}`));
    } catch (error) {
        root.append(refusalBox(error));
        return;
    }
    page.start();
}

class WorkPage {
    constructor(root, id) {
        this.root = root;
        this.id = id;
        this.view = h("div.view");
        this.about = h("p.quiet", "\u00a0");
        this.tags = h("p.row");
        this.refusal = h("div", { role: "alert" });
    }

    take(details) {
        this.details = details;
        this.work = details.work;
    }

    start() {
        const { work } = this;
        document.title = `${work.title} · Atelier`;
        const head = document.getElementById("head");
        this.heading = head.querySelector("h1");
        head.querySelector("hgroup").append(this.about);
        head.append(h("div.row", h("a.button.plain", { href: "works" }, t("works.back"))));
        this.panel = h("div.stack.wide", { role: "tabpanel", tabindex: "0" });
        if (work.file) {
            this.view.append(h("img", {
                src: `api/works/${this.id}/picture?width=1280`, width: work.width,
                height: work.height, alt: work.title,
            }));
            this.marks = new MarksEditor(this);
        }
        this.root.append(h("section.split", this.view, h("div.stack.wide",
            this.tags, this.tabs(), this.panel, this.refusal, this.removal())));
        this.show();
        onChange(["works", "work_tags", "models"], () => this.reload());
    }

    async reload() {
        try {
            this.take(await get(`api/works/${this.id}`));
            this.show();
        } catch (error) {
            // It was removed elsewhere.
            fill(this.root, refusalBox(error));
        }
    }

    show() {
        const { work, details } = this;
        this.heading.textContent = work.title;
        const origin = {
            mine: t("works.is_mine"), licensed: t("works.is_licensed"),
            commissioned: t("works.is_commissioned"),
        }[work.basis];
        this.about.textContent = [
            origin, t("works.added_on", { day: date(work.created_at), device: work.device_name }),
            details.styles.length ? t("works.taught", {
                count: details.styles.length, names: list(details.styles.map((style) => style.name)),
            }) : t("works.taught_none"),
        ].join(" ");
        fill(this.tags, (work.tags ?? []).map((tag) => h("span.chip", tag)));
        if (!work.file) {
            this.view.classList.add("blurred");
            fill(this.view, preview(work.preview, { ...work, alt: work.title }), h("p.banner.wait",
                t("works.file_elsewhere", { device: work.device_name })));
        }
        this.marks?.take(work);
    }

    tabs() {
        const all = [
            this.work.file && [t("works.tab_marks"), () => this.marks.panel()],
            [t("works.tab_text"), () => this.textForm()],
            [t("works.tab_rights"), () => this.rights()],
        ].filter(Boolean);
        const buttons = all.map(([text, panel]) => h("button", {
            type: "button", role: "tab", id: freshID("tab"), onclick: () => choose(text, panel),
        }, text));
        const choose = (text, panel) => {
            this.marks?.leave();
            for (const button of buttons) {
                const isChosen = button.textContent === text;
                button.setAttribute("aria-selected", String(isChosen));
                button.tabIndex = isChosen ? 0 : -1;
                if (isChosen) this.panel.setAttribute("aria-labelledby", button.id);
            }
            fill(this.panel, panel());
        };
        const bar = h("div.tabs", {
            role: "tablist", "aria-label": t("works.this_work"),
            onkeydown: (event) => {
                const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
                if (!step) return;
                const now = buttons.indexOf(document.activeElement);
                const next = buttons[(now + step + buttons.length) % buttons.length];
                next.focus();
                next.click();
            },
        }, buttons);
        choose(all[0][0], all[0][1]);
        return bar;
    }

    /// Sends a change, shows what came back, or why not.
    async change(send, text = null) {
        fill(this.refusal);
        try {
            const details = await send();
            if (details?.work) {
                this.take(details);
                this.show();
            }
            if (text) toast(text);
            return true;
        } catch (error) {
            fill(this.refusal, refusalBox(error));
            return false;
        }
    }

    textForm() {
        const { work } = this;
        const field = (label, name, value, tag = "input") => {
            const id = freshID("field");
            return h("div.field", h("label", { for: id }, label),
                h(tag, { id, name, value, autocomplete: "off", rows: tag === "input" ? null : 5 }));
        };
        const form = h("form.stack.wide", {
            onsubmit: (event) => {
                event.preventDefault();
                const data = new FormData(form);
                this.change(() => patch(`api/works/${this.id}`, {
                    title: data.get("title"), note: data.get("note"),
                    tags: data.get("tags").split(/[,、]/).map((tag) => tag.trim()).filter(Boolean),
                }), t("works.saved"));
            },
        },
        field(t("works.title_field"), "title", work.title),
        field(t("works.tags_field"), "tags", (work.tags ?? []).join(", ")),
        field(t("works.note_field"), "note", work.note, "textarea"),
        h("div.row", h("button.button.main", { type: "submit" }, t("works.save"))));
        return form;
    }

    rights() {
        const { work, details } = this;
        const number = details.reservation;
        const basis = {
            mine: t("works.mine"), licensed: t("works.licensed"),
            commissioned: t("works.commissioned"),
        };
        const reserve = (isReserved, text) => h("button.button", {
            type: "button",
            onclick: async () => {
                await this.change(async () => {
                    const { works } = await post("api/reservations", {
                        works: [this.id], is_reserved: isReserved,
                    });
                    if (works[0]?.reason) throw new Refusal({ what: works[0].reason });
                    return get(`api/works/${this.id}`);
                });
                fill(this.panel, this.rights());
            },
        }, text);
        return h("div.stack.wide",
            h("div.stack", h("h3", t("works.statement")),
                h("p", work.licence ? `${basis[work.basis]}: ${work.licence}`
                    : basis[work.basis]),
                h("p.hint", t("works.statement_hint"))),
            h("div.stack", h("h3", t("works.marks_found")), details.marks.length
                ? h("ul.stack.quiet", details.marks.map((text) => h("li", text)))
                : h("p.quiet", t("works.no_marks"))),
            h("div.stack", h("h3", t("works.reserve_title")),
                h("p.quiet", number === undefined ? t("works.reserve_text")
                    : t("works.is_reserved", { number: String(number) })),
                h("div.row", number === undefined ? reserve(true, t("works.reserve"))
                    : reserve(false, t("works.unreserve")))),
            work.file && h("div.stack", h("h3", t("works.protect_title")),
                h("p.quiet", t("works.protect_text")),
                h("div.row", h("a.button", {
                    href: `api/works/${this.id}/protected`, download: true,
                }, icon("picture"), t("works.protect")))));
    }

    removal() {
        return h("div.row", h("button.button.plain.bad", {
            type: "button", onclick: () => this.askRemoval(),
        }, icon("bin"), t("works.remove")));
    }

    /// What goes with the work is told before it goes.
    async askRemoval() {
        await this.change(async () => {
            const { styles, pictures } = await get(`api/works/${this.id}/consequences`);
            const sentences = [
                styles.length ? t("works.goes_styles", {
                    count: styles.length, names: list(styles.map((style) => style.name)),
                }) : t("works.goes_alone", { count: 1 }),
                pictures > 0 && t("works.stays_pictures", { count: pictures }),
                t("works.goes_certificate", { count: 1 }),
                t("works.goes_thirty_days", { count: 1 }),
            ].filter(Boolean);
            const answer = await ask(t("works.remove_title", { title: this.work.title }),
                effects(null, sentences), [
                    { text: t("works.remove_yes"), value: "", kind: "bad" },
                    { text: t("works.remove_now", { count: 1 }), value: "?now=1" },
                ]);
            if (answer === null) return null;
            await remove(`api/works/${this.id}${answer}`);
            location.assign("works");
            return null;
        });
    }
}
