// Changes that lost against another device's: both sides, and one click to take the other one.

import { get, post, refusalBox, remove } from "../api.js";
import { picture } from "../components/preview.js";
import { fill, h, icon } from "../dom.js";
import { moment, t } from "../messages.js";

/// Shows the conflicts in a place, nothing where there are none.
export async function showConflicts(place) {
    const { conflicts } = await get("api/conflicts");
    const refusal = h("div");
    const act = async (send) => {
        try {
            await send();
            await showConflicts(place);
        } catch (error) {
            fill(refusal, refusalBox(error));
        }
    };
    fill(place, conflicts.length > 0 && h("section.stack.wide",
        h("hgroup", h("h2", t("account.conflicts", { count: conflicts.length })),
            h("p.quiet", t("account.conflicts_text"))), refusal,
        conflicts.map((entry) => sides(entry, act))));
}

/// The fields of a change as text: `title: Storm`.
function values(fields) {
    const names = { title: t("works.title_field"), note: t("works.note_field"), tag: t("works.tag"),
        rating: t("account.rating"), name: t("account.name") };
    return Object.entries(fields).filter(([name]) => names[name] !== undefined).map(
        ([name, value]) => h("p", h("span.hint", names[name]), h("br"), value));
}

function sides({ id, conflict, title, work }, act) {
    const isRemoved = conflict.kind === "removed";
    return h("div.conflict",
        work ? h("div.shown", picture({
            src: `api/works/${work.id}/picture?width=320`, isHere: work.is_here,
            preview: work.preview, width: work.width, height: work.height, alt: title ?? "",
        })) : h("div"),
        h("div.stack", h("span.hint", t("account.kept")),
            // A title that differs stands among the values.
            (isRemoved || conflict.standing.title === undefined)
                && h("h3", isRemoved ? t("account.was_removed") : title ?? ""),
            values(conflict.standing),
            h("span.chip.good", icon("check"), t("account.in_use")),
            h("button.button.plain", {
                type: "button", onclick: () => act(() => remove(`api/conflicts/${id}`)),
            }, t("account.keep_this"))),
        h("div.stack", h("span.hint", t("account.other", { time: moment(conflict.found_at) })),
            values(conflict.lost),
            h("button.button", {
                type: "button",
                onclick: () => act(() => post(`api/conflicts/${id}/restore`)),
            }, t("account.use_other"))));
}
