// Works as several rooms need them: pages of the list, and works to tick.

import { get } from "../api.js";
import { h } from "../dom.js";
import { t } from "../messages.js";
import { picture } from "./preview.js";

const pageSize = 80;

/// A page of the works, newest first: `{items, next, total, tags}`.
export async function worksPage(after, tag = null) {
    const query = new URLSearchParams({ limit: String(pageSize) });
    if (after) query.set("after", after);
    if (tag) query.set("tag", tag);
    const { works, total, tags } = await get(`api/works?${query}`);
    return {
        items: works, next: works.length === pageSize ? works.at(-1).id : null, total, tags,
    };
}

/// A work that can be ticked; `onTick(isTicked)` is told of each change.
export function tickable(work, { isTicked, disabled = false, onTick }) {
    const input = h("input", {
        type: "checkbox", checked: isTicked, disabled, onchange: () => onTick(input.checked),
    });
    return h("li", h("figure", picture({
        src: `api/works/${work.id}/picture?width=320`, isHere: work.is_here,
        preview: work.preview, width: work.width, height: work.height,
    }), h("figcaption", h("label.check.small.cover-label", input,
        h("span", work.title || t("common.untitled"))))));
}

/// Ticks every work that a list shows.
export function tickAll(list) {
    for (const input of list.querySelectorAll("input:not(:disabled)")) {
        if (input.checked) continue;
        input.checked = true;
        input.dispatchEvent(new Event("change"));
    }
}
