// The cases that the account is a side of: what was written, the answer box, the appeal.

import { get, post, refusalBox } from "../api.js";
import { fill, freshID, h } from "../dom.js";
import { date, moment, t } from "../messages.js";
import { say } from "../sentences.js";

/// The forms by case and act, each made once: what is being written in them is kept while the list
/// is read anew.
const forms = new Map();

/// Shows the cases in a place, nothing where there are none.
export async function showCases(place) {
    const { cases } = await get("api/cases");
    if ([...forms.values()].some((form) => form.contains(document.activeElement))) return;
    fill(place, cases.map((entry) => h("section.card.stack.wide",
        h("hgroup", h("h2", t("account.case", { number: String(entry.number) })),
            h("p.quiet", [
                entry.title && t("account.case_work", { title: entry.title }),
                t("account.case_opened", { day: date(entry.opened_at) }),
                entry.waits_for_you ? t("account.case_waits") : "",
            ].filter(Boolean).join(" "))),
        entry.opening && h("p", say(entry.opening)),
        entry.letters.map((letter) => h("blockquote.letter.stack", h("p", letter.text),
            h("footer.small", `${say(letter.from)}, ${moment(letter.time)}`))),
        entry.decision && h("p.banner", t("account.case_decision", {
            code: entry.decision.code, day: date(entry.decision.time),
        })),
        entry.can_answer && letterForm(place, entry, "answer", t("account.answer_label"),
            t("account.answer")),
        entry.can_appeal && letterForm(place, entry, "appeal", t("account.appeal_label"),
            t("account.appeal")),
        // Rarely wanted, and not to be mistaken for the answer.
        entry.can_withdraw && h("details", h("summary", t("account.withdraw_label")),
            letterForm(place, entry, "withdraw", t("account.withdraw_why"),
                t("account.withdraw"))))));
}

function letterForm(place, entry, act, label, text) {
    const key = name(entry, act);
    if (!forms.has(key)) forms.set(key, newForm(place, entry, act, label, text));
    return forms.get(key);
}

const name = (entry, act) => `${entry.number} ${act}`;

function newForm(place, entry, act, label, text) {
    const id = freshID("letter");
    const refusal = h("div");
    const form = h("form.stack", {
        onsubmit: async (event) => {
            event.preventDefault();
            fill(refusal);
            try {
                await post(`api/cases/${entry.number}/${act}`, {
                    text: new FormData(form).get("text"),
                });
                forms.delete(name(entry, act));
                await showCases(place);
            } catch (error) {
                fill(refusal, refusalBox(error));
            }
        },
    },
    h("div.field", h("label", { for: id }, label),
        h("textarea", { id, name: "text", rows: 3, required: true })),
    refusal, h("div.row", h("button.button", { type: "submit" }, text)));
    return form;
}
