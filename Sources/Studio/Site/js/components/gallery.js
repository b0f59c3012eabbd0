// Pictures in rows of one height, none of them cropped, as many as there are.

import { fill, h } from "../dom.js";
import { picture as framed } from "./preview.js";

/// How far below the window the next page is fetched, so that scrolling does not wait for it.
const ahead = "1200px";

/// One picture with its caption: `picture` is its address, `href` where a click leads; `of` is what
/// it shows, with its `preview`, `is_here`, `width` and `height`.
export const tile = ({ picture, of, title, note = null, href, isCurrent = false }) =>
    h("li", { "aria-current": isCurrent ? "true" : null },
        h("figure", framed({
            src: picture, isHere: of.is_here, preview: of.preview, width: of.width,
            height: of.height,
        }),
            h("figcaption", h("a", { href }, title), note && [h("br"), h("span.quiet", note)])));

/// A list that grows while one scrolls. `page(after)` answers `{items, next}`: a page after what
/// `next` of the one before said, and a `next` of null after the last.
export class Gallery {
    constructor(page, element, { classes = "", label = null, onBegin = () => {} } = {}) {
        this.page = page;
        this.item = element;
        // Called before the list is built from its begin.
        this.onBegin = onBegin;
        this.shown = [];
        this.list = h(`ul.hang${classes}`, { "aria-label": label });
        this.end = h("div", { "aria-hidden": "true" });
        this.element = h("div.stack", this.list, this.end);
        this.next = undefined;
        this.generation = 0;
        this.observer = new IntersectionObserver((entries) => {
            if (entries.some((entry) => entry.isIntersecting)) this.more();
        }, { rootMargin: ahead });
        this.observer.observe(this.end);
    }

    /// Fetches the next page, unless it is being fetched.
    async more() {
        if (this.isFetching || this.next === null) return;
        this.isFetching = true;
        const { generation } = this;
        try {
            const { items, next } = await this.page(this.next);
            if (generation !== this.generation) return;
            if (this.next === undefined) this.onBegin();
            this.list.append(...items.map(this.item));
            this.shown.push(...items);
            this.next = next ?? null;
        } finally {
            this.isFetching = false;
        }
        // The observer tells of changes only: a page that left the end in view asks again.
        this.observer.unobserve(this.end);
        this.observer.observe(this.end);
    }

    /// Shows what is shown by other elements.
    rebuild() {
        fill(this.list, this.shown.map(this.item));
    }

    /// Fetches as many as are shown anew, and shows them in one step; where nothing changed, what
    /// is shown stays as it is, with the focus in it.
    async refresh() {
        const wanted = Math.max(1, this.shown.length);
        this.generation += 1;
        const { generation } = this;
        const all = [];
        let after;
        do {
            const { items, next } = await this.page(after);
            all.push(...items);
            after = next ?? null;
        } while (after !== null && all.length < wanted);
        if (generation !== this.generation) return;
        const isSame = all.length === this.shown.length
            && JSON.stringify(all) === JSON.stringify(this.shown);
        this.next = after;
        if (isSame) return;
        this.onBegin();
        this.shown = all;
        fill(this.list, all.map(this.item));
        this.observer.unobserve(this.end);
        this.observer.observe(this.end);
    }
}
