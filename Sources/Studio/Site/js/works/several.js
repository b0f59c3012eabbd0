// Several works at once: ticking them, and what can be done with them together.

import { get, post, refusalBox } from "../api.js";
import { ask, openDialog } from "../components/dialog.js";
import { askFolder } from "../components/folder.js";
import { effects, toast } from "../components/parts.js";
import { fill, freshID, h } from "../dom.js";
import { list, t } from "../messages.js";
import { say } from "../sentences.js";

/// Works that one request about reservations names: each batch signs and sends on its own.
const batch = 100;
/// Reasons that a summary tells; the others are counted.
const told = 6;

/// The works that are ticked, and the bar of what to do with them. `onChange` is called when
/// ticking begins or ends, `onAll` when all that is shown is to be ticked.
export class Several {
    constructor({ onChange, onAll }) {
        this.onChange = onChange;
        this.isOn = false;
        this.works = new Map();
        this.count = h("strong", { role: "status" });
        this.refusal = h("div", { hidden: true });
        this.acts = [
            [t("works.add_tag"), () => this.addTags()],
            [t("works.reserve_several"), () => this.reserve()],
            [t("works.protect_several"), () => this.protect()],
            [t("works.remove"), () => this.remove(), ".plain.bad"],
        ].map(([text, act, classes = ""]) => h(`button.button${classes}`, {
            type: "button", onclick: () => this.run(act),
        }, text));
        this.element = h("div.banner.sticky", { hidden: true },
            h("div.row", this.count, h("button.chip", { type: "button", onclick: onAll },
                t("styles.tick_shown")), this.acts, h("button.button.plain.end", {
                type: "button", onclick: () => this.end(),
            }, t("common.close"))), this.refusal);
    }

    begin() {
        this.isOn = true;
        this.show();
        this.onChange();
    }

    end() {
        this.isOn = false;
        this.works.clear();
        this.refuse(null);
        this.show();
        this.onChange();
    }

    tick(work, isTicked) {
        if (isTicked) this.works.set(work.id, work);
        else this.works.delete(work.id);
        this.show();
    }

    show() {
        this.element.hidden = !this.isOn;
        this.count.textContent = t("works.ticked", { count: this.works.size });
        for (const button of this.acts) button.disabled = this.works.size === 0;
    }

    get ids() { return [...this.works.keys()]; }

    refuse(error) {
        fill(this.refusal, error && refusalBox(error));
        this.refusal.hidden = !error;
    }

    async run(act) {
        this.refuse(null);
        try {
            await act();
        } catch (error) {
            this.refuse(error);
        }
    }

    addTags() {
        const id = freshID("tags");
        const field = h("input", { id, autocomplete: "off", required: true });
        const dialog = openDialog(t("works.add_tag"), h("form.stack.wide", {
            onsubmit: (event) => {
                event.preventDefault();
                const tags = field.value.split(/[,、]/).map((tag) => tag.trim()).filter(Boolean);
                dialog.close();
                this.run(async () => {
                    await post("api/several/tags", { works: this.ids, tags });
                    toast(t("works.saved"));
                });
            },
        }, h("div.field", h("label", { for: id }, t("works.tags_field")), field),
        h("div.row", h("button.button.main", { type: "submit" }, t("works.save")))));
        field.focus();
    }

    async reserve() {
        const answer = await ask(t("works.reserve_title"),
            effects(null, [t("works.reserve_text")]),
            [{ text: t("works.reserve_several"), value: true, kind: "main" }]);
        if (!answer) return;
        const { ids } = this;
        const done = [];
        for (let from = 0; from < ids.length; from += batch) {
            const { works } = await post("api/reservations", {
                works: ids.slice(from, from + batch), is_reserved: true,
            });
            done.push(...works);
        }
        const failed = done.filter(({ reason }) => reason);
        this.tell(t("works.reserved_several", { count: done.length - failed.length }), failed);
    }

    /// A summary, with the works that were left out and why.
    tell(text, failed) {
        if (failed.length === 0) {
            toast(text);
            return;
        }
        openDialog(text, h("ul.stack", failed.slice(0, told).map(({ title, reason }) =>
            h("li", h("strong", title), " ", say(reason)))),
        failed.length > told && h("p.quiet",
            t("works.and_others", { count: failed.length - told })));
    }

    protect() {
        return askFolder({
            title: t("works.protect_title"), plan: () => get("api/several/protected"),
            about: () => ({ above: h("p.quiet", t("works.protect_text")) }),
            button: t("works.protect_several"), path: "api/several/protected",
            body: { works: this.ids }, progress: t("works.protecting"),
            done: ({ written: count, folder, failed }) => this.tell(
                t("works.protected_several", { count, folder }), failed),
        });
    }

    /// What goes with the works is told before they go.
    async remove() {
        const works = this.ids;
        const { styles, pictures } = await post("api/several/consequences", { works });
        const isForGood = await ask(t("works.remove_several", { count: works.length }),
            effects(null, [
                styles.length ? t("works.goes_styles_several", {
                    count: styles.length, names: list(styles.map((style) => style.name)),
                }) : t("works.goes_alone", { count: works.length }),
                pictures > 0 && t("works.stays_pictures", { count: pictures }),
                t("works.goes_certificate", { count: works.length }),
                t("works.goes_thirty_days", { count: works.length }),
            ].filter(Boolean)), [
                { text: t("works.remove_yes_several", { count: works.length }), value: false,
                    kind: "bad" },
                { text: t("works.remove_now", { count: works.length }), value: true },
            ]);
        if (isForGood === null) return;
        await post("api/several/removal", { works, is_for_good: isForGood });
        toast(isForGood ? t("works.erased_several", { count: works.length })
            : t("works.removed_several", { count: works.length }));
        this.end();
    }
}
