// Works as other rooms need them: pages of the list.

import { get } from "../api.js";

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
