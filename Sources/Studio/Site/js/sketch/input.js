// What pen, mouse, fingers and keys do on the sketch.

import { brush as brushLimits } from "./limits.js";
import { snapped, Stroke } from "./stroke.js";

/// The tools by their keys.
export const toolKeys = { b: "brush", l: "line", f: "fill", e: "eraser", i: "pick", h: "move" };

/// Factor of one step of the zoom buttons and keys.
export const zoomStep = 1.25;

/// A tap of several fingers: its longest time in milliseconds, and how far they may move.
const tapTime = 300;
const tapReach = 12;

const pressureOf = (event) => (event.pointerType === "pen" ? event.pressure : 1);

/// Listens on the view's canvas and changes the sketch with the settings'
/// `{tool, colour, size, gap}`; `settings.pick(colour)` takes a colour that was picked.
export class Input {
    constructor(view, settings) {
        this.view = view;
        this.settings = settings;
        this.pointers = new Map();
        this.action = null;
        this.isSpaceDown = false;
        // Once a pen was seen, a finger or a palm moves the paper and paints nothing.
        this.hasPen = false;
        const { canvas } = view;
        const on = (name, act) => canvas.addEventListener(name, act, { passive: false });
        on("pointerdown", (event) => this.down(event));
        on("pointermove", (event) => this.move(event));
        on("pointerup", (event) => this.up(event));
        on("pointercancel", (event) => this.cancel(event));
        on("pointerleave", () => this.hover(null));
        on("wheel", (event) => this.wheel(event));
        on("contextmenu", (event) => event.preventDefault());
        on("keydown", (event) => this.key(event));
        on("keyup", (event) => this.keyUp(event));
        on("blur", () => this.leave());
    }

    get sketch() { return this.view.sketch; }
    get radius() { return this.settings.size / 2; }

    point(event) {
        return { ...this.view.place(event.clientX, event.clientY), pressure: pressureOf(event) };
    }

    // ---- Pointers -----------------------------------------------------------------------------

    down(event) {
        event.preventDefault();
        this.view.canvas.focus({ preventScroll: true, focusVisible: false });
        this.view.canvas.setPointerCapture(event.pointerId);
        this.pointers.set(event.pointerId, event);
        this.hasPen ||= event.pointerType === "pen";
        if (this.tap) this.tap.fingers = Math.max(this.tap.fingers, this.pointers.size);
        if (this.pointers.size === 2 && event.pointerType === "touch") {
            return this.beginPinch(event);
        }
        if (this.pointers.size > 1) return;
        const wantsMove = event.button === 1 || this.isSpaceDown || this.settings.tool === "move"
            || (this.hasPen && event.pointerType === "touch");
        if (wantsMove) this.action = { kind: "move", x: event.clientX, y: event.clientY };
        else if (event.button === 0 || event.button === 5) {
            this.begin(this.point(event), event.altKey, event.button === 5);
        }
    }

    /// Begins what the tool does at a point.
    begin(point, wantsPick = false, isEraserEnd = false) {
        const { settings, sketch } = this;
        const tool = wantsPick ? "pick" : isEraserEnd ? "eraser" : settings.tool;
        if (tool === "pick") {
            settings.pick(sketch.colourAt(point.x, point.y));
            this.action = { kind: "pick" };
        } else if (tool === "fill") {
            sketch.fillAt(point.x, point.y, settings.colour, settings.gap);
        } else if (!sketch.active.isVisible) {
            settings.complain("hidden");
        } else {
            sketch.beginStroke(tool === "eraser" ? null : settings.colour);
            if (tool === "line") this.action = { kind: "line", from: point, to: point };
            else {
                const stroke = new Stroke(settings.size, point);
                this.action = { kind: "stroke", stroke };
                sketch.extendStroke(stroke.begin());
            }
        }
    }

    move(event) {
        if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, event);
        const { action } = this;
        if (action?.kind === "pinch") return this.pinch();
        if (action?.kind === "move") {
            this.view.moveBy(event.clientX - action.x, event.clientY - action.y);
            Object.assign(action, { x: event.clientX, y: event.clientY });
            return;
        }
        if (event.pointerType !== "touch") this.hover(this.point(event));
        if (!this.pointers.has(event.pointerId)) return;
        const events = event.getCoalescedEvents?.() ?? [];
        for (const part of events.length ? events : [event]) {
            this.extend(this.point(part), part.shiftKey);
        }
    }

    /// Goes on with what was begun, to a point.
    extend(point, isStraight = false) {
        const { action, sketch } = this;
        if (action?.kind === "stroke") sketch.extendStroke(action.stroke.move(point));
        if (action?.kind === "line") {
            action.to = isStraight ? snapped(action.from, point) : point;
            sketch.replaceStroke(this.withRadius(action.from), this.withRadius(action.to));
        }
        if (action?.kind === "pick") this.settings.pick(sketch.colourAt(point.x, point.y));
    }

    withRadius({ x, y }) { return { x, y, radius: this.radius }; }

    up(event) {
        this.pointers.delete(event.pointerId);
        if (this.action?.kind === "pinch") {
            if (this.pointers.size === 0) {
                this.action = null;
                this.endTap(event);
            }
            return;
        }
        this.end();
    }

    /// A short tap of two fingers undoes, one of three does again.
    endTap(event) {
        const { tap } = this;
        this.tap = null;
        if (!tap || tap.moved > tapReach || event.timeStamp - tap.began > tapTime) return;
        if (tap.fingers === 2) this.sketch.history.undo();
        if (tap.fingers === 3) this.sketch.history.redo();
    }

    /// Ends what was begun.
    end() {
        const { action, sketch } = this;
        this.action = null;
        if (action?.kind === "stroke") {
            sketch.extendStroke(action.stroke.end());
            sketch.endStroke();
        }
        if (action?.kind === "line") {
            sketch.replaceStroke(this.withRadius(action.from), this.withRadius(action.to));
            sketch.endStroke();
        }
    }

    cancel(event) {
        this.pointers.delete(event.pointerId);
        if (this.sketch.stroke) this.sketch.cancelStroke();
        this.action = null;
    }

    /// Two fingers move and zoom; what the first one began to paint is taken back.
    beginPinch(event) {
        if (this.sketch.stroke) this.sketch.cancelStroke();
        this.tap = { began: event.timeStamp, moved: 0, fingers: 2 };
        this.action = { kind: "pinch", ...this.fingers() };
    }

    fingers() {
        const [a, b] = [...this.pointers.values()];
        return {
            x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2,
            apart: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)),
        };
    }

    pinch() {
        if (this.pointers.size < 2) return;
        const now = this.fingers();
        const { action, view } = this;
        const box = view.canvas.getBoundingClientRect();
        if (this.tap) {
            this.tap.moved += Math.hypot(now.x - action.x, now.y - action.y)
                + Math.abs(now.apart - action.apart);
        }
        view.moveBy(now.x - action.x, now.y - action.y);
        view.zoomBy(now.apart / action.apart, now.x - box.left, now.y - box.top);
        Object.assign(action, now);
    }

    hover(point) {
        const isRound = ["brush", "line", "eraser"].includes(this.settings.tool);
        this.view.cursor = point && isRound ? { ...point, radius: this.radius } : null;
        this.view.draw();
    }

    /// The wheel scrolls the page as everywhere; with Ctrl, as a pinch on a pad comes, it zooms.
    wheel(event) {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const box = this.view.canvas.getBoundingClientRect();
        this.view.zoomBy(
            Math.exp(-event.deltaY * 0.004), event.clientX - box.left, event.clientY - box.top);
    }

    // ---- Keys ---------------------------------------------------------------------------------

    key(event) {
        if (this.command(event)) event.preventDefault();
    }

    /// Does what a key says; answers whether it says anything.
    command(event) {
        const { settings, sketch, view } = this;
        const letter = event.key.toLowerCase();
        if (event.ctrlKey || event.metaKey) {
            if (letter === "z" && !event.shiftKey) sketch.history.undo();
            else if (letter === "y" || letter === "z") sketch.history.redo();
            else return false;
            return true;
        }
        if (event.altKey) return false;
        if (toolKeys[letter]) settings.choose(toolKeys[letter]);
        else if (letter === "[" || letter === "]") {
            settings.resize(letter === "[" ? 1 / 1.2 : 1.2);
        } else if (letter === "+" || letter === "=") view.zoomBy(zoomStep);
        else if (letter === "-") view.zoomBy(1 / zoomStep);
        else if (letter === "0") view.fit();
        else if (letter === " ") this.isSpaceDown = true;
        else if (letter.startsWith("arrow")) this.arrow(letter.slice(5), event);
        else if (letter === "enter") this.pen();
        else if (letter === "escape" && this.action) {
            if (sketch.stroke) sketch.cancelStroke();
            this.action = null;
        } else return false;
        return true;
    }

    keyUp(event) {
        if (event.key === " ") this.isSpaceDown = false;
    }

    /// The cursor of the keys: arrows move it by a brush's radius, with Shift by one pixel.
    arrow(name, event) {
        const by = event.shiftKey ? 1 : Math.max(2, this.radius);
        const way = { left: [-by, 0], right: [by, 0], up: [0, -by], down: [0, by] }[name];
        const { sketch } = this;
        const from = this.keyPoint ?? { x: sketch.width / 2, y: sketch.height / 2 };
        this.keyPoint = {
            x: Math.min(sketch.width, Math.max(0, from.x + way[0])),
            y: Math.min(sketch.height, Math.max(0, from.y + way[1])), pressure: 1,
        };
        this.extend(this.keyPoint);
        this.showKeyPoint();
    }

    /// Puts the tool down at the keys' cursor, or lifts it.
    pen() {
        this.keyPoint ??= { x: this.sketch.width / 2, y: this.sketch.height / 2, pressure: 1 };
        if (this.action) this.end();
        else this.begin(this.keyPoint);
        if (this.action?.kind === "pick") this.action = null;
        this.showKeyPoint();
    }

    showKeyPoint() {
        this.view.cursor = { ...this.keyPoint, radius: this.radius, isCross: true };
        this.view.draw();
    }

    leave() {
        this.isSpaceDown = false;
        if (this.action && this.pointers.size === 0) this.end();
        this.hover(null);
    }
}

/// A brush's diameter within the limits.
export const clampedSize = (size) =>
    Math.min(brushLimits.largest, Math.max(brushLimits.smallest, size));
