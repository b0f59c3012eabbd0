// A picture that can be looked at closely: zoom by buttons, keys, wheel and fingers.

import { fill, h, icon } from "../dom.js";
import { percent, t } from "../messages.js";

const step = 1.5;
const most = 16;

/// Shows layers of the same size, one above the other, and zooms them together.
export class Zoomable {
    constructor(layers, { width, height, label }) {
        this.size = { width, height };
        this.zoom = 1;
        this.output = h("output", { "aria-label": t("sketch.zoom") });
        this.inner = h("div.zoomed", layers);
        this.element = h("div.view.zoomable", {
            tabindex: 0, role: "group", "aria-label": label,
            onkeydown: (event) => this.key(event),
        }, this.inner);
        this.element.addEventListener("wheel", (event) => {
            if (!event.ctrlKey && !event.metaKey) return;
            event.preventDefault();
            this.zoomTo(this.zoom * Math.exp(-event.deltaY * 0.004), event);
        }, { passive: false });
        this.element.addEventListener("dblclick", (event) => {
            this.zoomTo(this.zoom > 1 ? 1 : 3, event);
        });
        this.setRatio(width / height);
        this.drag();
        const tool = (name, label, act) => h("button.button.plain.tool", {
            type: "button", "aria-label": label, title: label, onclick: act,
        }, icon(name));
        this.controls = h("span.row.close",
            tool("minus", t("sketch.smaller"), () => this.zoomTo(this.zoom / step)), this.output,
            tool("plus", t("sketch.larger"), () => this.zoomTo(this.zoom * step)),
            tool("fit", t("sketch.fit"), () => this.zoomTo(1)));
        new ResizeObserver(() => this.showZoom()).observe(this.element);
    }

    /// Says how wide what is shown is for its height.
    setRatio(ratio) {
        this.element.style.setProperty("--ratio", ratio);
    }

    show(layers) {
        fill(this.inner, layers);
    }

    key(event) {
        const act = {
            "+": () => this.zoomTo(this.zoom * step), "=": () => this.zoomTo(this.zoom * step),
            "-": () => this.zoomTo(this.zoom / step), 0: () => this.zoomTo(1),
        }[event.key];
        if (!act) return;
        event.preventDefault();
        act();
    }

    /// Makes it larger; the place under the pointer, or the middle, stays where it is.
    zoomTo(zoom, pointer = null) {
        const { element } = this;
        const box = element.getBoundingClientRect();
        const [x, y] = pointer ? [pointer.clientX - box.left, pointer.clientY - box.top]
            : [box.width / 2, box.height / 2];
        const next = Math.min(most, Math.max(1, zoom));
        const factor = next / this.zoom;
        const [left, top] = [element.scrollLeft, element.scrollTop];
        if (this.zoom === 1) {
            element.style.inlineSize = `${box.width}px`;
            element.style.blockSize = `${box.height}px`;
        }
        this.zoom = next;
        if (next === 1) {
            element.style.removeProperty("inline-size");
            element.style.removeProperty("block-size");
            this.inner.style.removeProperty("inline-size");
        } else this.inner.style.inlineSize = `${next * 100}%`;
        element.classList.toggle("large", next > 1);
        element.scrollLeft = (left + x) * factor - x;
        element.scrollTop = (top + y) * factor - y;
        this.showZoom();
    }

    showZoom() {
        this.output.value = percent(this.inner.clientWidth / this.size.width);
    }

    drag() {
        let from = null;
        this.element.addEventListener("pointerdown", (event) => {
            if (event.pointerType === "touch" || event.button !== 0 || this.zoom === 1) return;
            const { scrollLeft, scrollTop } = this.element;
            from = { x: event.clientX, y: event.clientY, scrollLeft, scrollTop };
            this.element.setPointerCapture(event.pointerId);
        });
        this.element.addEventListener("pointermove", (event) => {
            if (!from) return;
            this.element.scrollLeft = from.scrollLeft - (event.clientX - from.x);
            this.element.scrollTop = from.scrollTop - (event.clientY - from.y);
        });
        for (const name of ["pointerup", "pointercancel"]) {
            this.element.addEventListener(name, () => { from = null; });
        }
    }
}
