// Adding a batch of pictures: the rights once, the progress, one summary.

import { upload } from "../api.js";
import { fill, freshID, h, icon } from "../dom.js";
import { t } from "../messages.js";
import { say } from "../sentences.js";

/// Uploads that run at once: the server reads one while the next one is sent.
const atOnce = 2;
/// Files of one reason that the summary names.
const named = 8;

/// Why a file was refused, without its name at the begin: that is shown apart.
function reasonOf({ file, error }) {
    const what = error.what ?? String(error);
    return what.startsWith(file.name) ? `… ${what.slice(file.name.length).trim()}` : what;
}

/// A batch of files on its way into the library.
export class Adding {
    constructor(files, place, onDone) {
        this.files = files;
        this.place = place;
        this.onDone = onDone;
    }

    /// Asks whose the works are, then adds them.
    ask() {
        const count = this.files.length;
        const licence = this.field(t("works.licence"), "licence", { hidden: true });
        const choice = (value, text, hint) => h("label.choice",
            h("input", {
                type: "radio", name: "basis", value, required: true, checked: value === "mine",
                onchange: () => {
                    licence.hidden = value === "mine";
                    licence.querySelector("input").required = value !== "mine";
                },
            }), h("span", text, h("span.hint", hint)));
        const form = h("form.card.stack.wide", {
            onsubmit: (event) => {
                event.preventDefault();
                const data = new FormData(form);
                this.rights = {
                    basis: data.get("basis"), licence: data.get("licence").trim(),
                    tags: data.get("tags").split(/[,、]/).map((tag) => tag.trim()).filter(Boolean),
                };
                this.send(this.files.map((file) => ({ file })));
            },
        },
        h("fieldset.stack", h("legend", t("works.whose", { count })),
            choice("mine", t("works.mine"), t("works.mine_hint")),
            choice("licensed", t("works.licensed"), t("works.licensed_hint")),
            choice("commissioned", t("works.commissioned"), t("works.commissioned_hint"))),
        licence, this.field(t("works.tags_for", { count }), "tags", {}),
        h("div.row",
            h("button.button.main", { type: "submit" }, t("works.sign", { count })),
            h("button.button.plain", { type: "button", onclick: () => fill(this.place) },
                t("works.not_now"))),
        h("p.hint", t("works.stay_here")));
        fill(this.place, form);
        form.querySelector("input").focus();
    }

    field(label, name, { hidden = false }) {
        const id = freshID("field");
        return h("div.field", { hidden }, h("label", { for: id }, label),
            h("input", { id, name, autocomplete: "off" }));
    }

    /// Sends files, `{file, answer}` each, a few at once.
    async send(items) {
        // Where nothing can be written, what waits is not tried: it would fail in the same way.
        const outcome = { added: 0, known: 0, refused: [], notes: [], unwritten: [] };
        const stopping = new AbortController();
        const line = h("p", { role: "status" });
        const bar = h("progress", { max: items.length, value: 0, "aria-label": t("works.adding") });
        fill(this.place, h("div.banner", h("div.head",
            h("hgroup", h("h2", t("works.adding")), line),
            h("button.button", { type: "button", onclick: () => stopping.abort() },
                t("common.stop"))), bar));
        const waiting = [...items];
        let done = 0;
        const work = async () => {
            while (waiting.length && !stopping.signal.aborted && !outcome.full) {
                const item = waiting.shift();
                await this.sendOne(item, outcome, stopping.signal);
                done += 1;
                bar.value = done;
                line.textContent = t("works.progress", { done, count: items.length });
            }
        };
        await Promise.all(Array.from({ length: atOnce }, work));
        if (outcome.full) outcome.unwritten.push(...waiting.splice(0));
        this.summarize(outcome, waiting.length);
        this.onDone();
    }

    async sendOne({ file, answer = "none" }, outcome, stop) {
        const query = new URLSearchParams({
            filename: file.name, basis: this.rights.basis, licence: this.rights.licence, answer,
        });
        for (const tag of this.rights.tags) query.append("tag", tag);
        try {
            const added = await upload(`api/works?${query}`, file, () => {}, stop);
            if (added.is_duplicate) outcome.known += 1;
            else outcome.added += 1;
            if (added.resemblance) {
                outcome.notes.push(t("works.looks_like", {
                    title: added.work.title, other: added.resemblance.title,
                }));
            }
            for (const note of added.notes) outcome.notes.push(`${file.name}: ${say(note)}`);
        } catch (error) {
            if (error.code === "storage") {
                outcome.full = error;
                outcome.unwritten.push({ file, answer });
            } else if (!stop.aborted) outcome.refused.push({ file, error });
        }
    }

    /// What became of them, and for each refused group what can be done.
    summarize({ added, known, refused, notes, full, unwritten }, left) {
        const chip = (kind, name, text) => h("li.row",
            h(`span.chip.${kind}`, icon(name), text));
        // Files that were refused in the same words, but for their names, are told together.
        const groups = new Map();
        for (const item of refused) {
            const key = `${item.error.next ?? ""} ${reasonOf(item)}`;
            groups.set(key, [...(groups.get(key) ?? []), item]);
        }
        fill(this.place, h("div.card.stack.wide", { role: "status" },
            h("ul.stack",
                added > 0 && chip("good", "check", t("works.added", { count: added })),
                known > 0 && chip("good", "check", t("works.known", { count: known })),
                left > 0 && chip("wait", "circle", t("works.left", { count: left })),
                refused.length > 0
                    && chip("bad", "cross", t("works.refused", { count: refused.length }))),
            full && h("div.stack.reason",
                h("p", h("strong", t("works.files", { count: unwritten.length })), " ", full.what),
                h("div.row", h("button.button.main", {
                    type: "button", onclick: () => this.send(unwritten),
                }, t("works.try_again", { count: unwritten.length })))),
            [...groups.values()].sort((first, second) => second.length - first.length)
                .map((items) => this.group(items)),
            notes.length > 0 && h("details", h("summary", t("works.notes")),
                h("ul.stack.quiet", notes.map((note) => h("li", note)))),
            h("div.row", h("button.button", { type: "button", onclick: () => fill(this.place) },
                t("common.close")))));
    }

    group(items) {
        const [{ error }] = items;
        const again = (answer, text) => h("button.button", {
            type: "button",
            onclick: () => this.send(items.map(({ file }) => ({ file, answer }))),
        }, text);
        const actions = {
            "say-own-mark": () => again("own", t("works.own_mark", { count: items.length })),
            "say-checked-mark": () => again(
                "checked", t("works.checked_mark", { count: items.length })),
        };
        const names = items.map(({ file }) => h("li", h("code", file.name)));
        const rest = names.length - named;
        return h("div.stack.reason",
            h("p", items.length > 1 && h("strong", t("works.files", { count: items.length })),
                items.length > 1 ? " " : "", reasonOf(items[0])),
            h("ul.names", names.slice(0, named)),
            rest > 0 && h("details", h("summary", t("works.and_more", { count: rest })),
                h("ul.names", names.slice(named))),
            actions[error.next] && h("div.row", actions[error.next]()));
    }
}
