// A sketch: its layers, what is laid underneath, and every change of them, each of which can be
// undone. It knows canvases, which it draws into, and nothing of the page around them.

import { fillArea } from "./fill.js";
import { History } from "./history.js";
import * as limits from "./limits.js";
import {
    applyDifference, clip, coverSegment, difference, emptyRect, erase, isEmpty, paint, union,
} from "./pixels.js";

let layerCount = 0;

/// A layer: pixels, and a canvas that shows them.
export class Layer {
    constructor(width, height, name, id = `layer-${Date.now().toString(36)}-${++layerCount}`) {
        this.id = id;
        this.name = name;
        this.isVisible = true;
        this.isSaved = false;
        this.width = width;
        this.height = height;
        this.pixels = new Uint8ClampedArray(width * height * 4);
        this.canvas = new OffscreenCanvas(width, height);
        this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    }

    /// Shows a rectangle of the pixels on the canvas.
    show(rect) {
        if (isEmpty(rect)) return;
        this.context.putImageData(
            new ImageData(this.pixels, this.width, this.height), 0, 0,
            rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top);
    }

    showAll() {
        this.show({ left: 0, top: 0, right: this.width, bottom: this.height });
    }

    /// Takes the pixels of an image, its upper left corner at a point.
    take(image, x = 0, y = 0, width = this.width, height = this.height) {
        this.context.clearRect(0, 0, this.width, this.height);
        this.context.drawImage(image, x, y, width, height);
        this.pixels = this.context.getImageData(0, 0, this.width, this.height).data;
    }
}

/// A sketch of a size. It fires `change` after what it shows changed, `layers` after its list of
/// layers changed, and `edit` after each step that is to be kept.
export class Sketch extends EventTarget {
    constructor(width, height, firstName) {
        super();
        this.width = width;
        this.height = height;
        this.layers = [new Layer(width, height, firstName)];
        this.active = this.layers[0];
        this.underneath = null;
        this.history = new History(() => this.fire("edit"));
        this.stroke = null;
    }

    fire(name) { this.dispatchEvent(new Event(name)); }

    get bounds() { return { left: 0, top: 0, right: this.width, bottom: this.height }; }

    // ---- Painting -----------------------------------------------------------------------------

    /// Begins to paint a colour `[r, g, b]`, or to erase with null, on the active layer.
    beginStroke(colour) {
        this.stroke = {
            layer: this.active, colour, base: this.active.pixels.slice(),
            coverage: new Uint8Array(this.width * this.height), rect: emptyRect(),
        };
    }

    /// Paints along points `{x, y, radius}`.
    extendStroke(points) {
        const { coverage } = this.stroke;
        let rect = emptyRect();
        for (let index = 1; index < points.length; index += 1) {
            rect = union(rect, coverSegment(
                coverage, this.width, this.height, points[index - 1], points[index]));
        }
        this.showStroke(rect);
    }

    /// Paints a straight segment in place of all that the stroke had.
    replaceStroke(from, to) {
        const { coverage, rect } = this.stroke;
        coverage.fill(0);
        const now = coverSegment(coverage, this.width, this.height, from, to);
        this.showStroke(isEmpty(rect) ? now : union(rect, now));
    }

    showStroke(rect) {
        if (isEmpty(rect)) return;
        const { layer, base, coverage, colour } = this.stroke;
        if (colour) paint(layer.pixels, base, coverage, this.width, rect, colour);
        else erase(layer.pixels, base, coverage, this.width, rect);
        this.stroke.rect = union(this.stroke.rect, rect);
        layer.show(rect);
        this.fire("change");
    }

    /// Ends the stroke and notes it for undo.
    endStroke() {
        const { layer, base, rect } = this.stroke;
        this.stroke = null;
        this.note(layer, base, clip(rect, this.width, this.height));
    }

    /// Takes back a stroke that was begun: a second finger came.
    cancelStroke() {
        if (!this.stroke) return;
        const { layer, base } = this.stroke;
        this.stroke = null;
        layer.pixels.set(base);
        layer.showAll();
        this.fire("change");
    }

    /// Fills the area around a point with a colour, on the active layer; lines of every layer that
    /// is visible enclose it. Returns whether there was anything to fill.
    fillAt(x, y, colour, gap) {
        const seen = this.flattened().getContext("2d")
            .getImageData(0, 0, this.width, this.height).data;
        const area = fillArea(seen, this.width, this.height, Math.floor(x), Math.floor(y), gap);
        if (!area) return false;
        const layer = this.active;
        const base = layer.pixels.slice();
        paint(layer.pixels, base, area, this.width, this.bounds, colour);
        layer.showAll();
        this.note(layer, base, this.bounds);
        this.fire("change");
        return true;
    }

    /// Takes away all paint of the active layer.
    clearLayer() {
        const layer = this.active;
        const base = layer.pixels.slice();
        layer.pixels.fill(0);
        layer.showAll();
        this.note(layer, base, this.bounds);
        this.fire("change");
    }

    note(layer, base, rect) {
        if (isEmpty(rect)) return;
        const runs = difference(base, layer.pixels, this.width, rect);
        if (runs.length === 2 && runs[1] === 0) return;
        const toggle = () => {
            applyDifference(layer.pixels, this.width, rect, runs);
            layer.isSaved = false;
            layer.show(rect);
            this.fire("change");
        };
        layer.isSaved = false;
        this.history.add({ undo: toggle, redo: toggle, bytes: runs.byteLength + 200 });
    }

    /// The colour at a point as the artist sees it, `[r, g, b]`.
    colourAt(x, y) {
        const data = this.flattened().getContext("2d")
            .getImageData(Math.floor(x), Math.floor(y), 1, 1).data;
        return [...data.slice(0, 3)];
    }

    // ---- Layers -------------------------------------------------------------------------------

    get canAddLayer() { return this.layers.length < limits.layers; }

    addLayer(name) {
        if (!this.canAddLayer) return;
        const layer = new Layer(this.width, this.height, name);
        const place = this.layers.indexOf(this.active) + 1;
        this.rearrange([...this.layers.slice(0, place), layer, ...this.layers.slice(place)], layer);
    }

    removeLayer(layer) {
        const place = this.layers.indexOf(layer);
        if (this.layers.length < 2 || place < 0) return;
        const rest = this.layers.filter((other) => other !== layer);
        const bytes = this.width * this.height * 4;
        this.rearrange(rest, rest[Math.max(0, place - 1)], bytes);
    }

    /// Moves a layer by a number of places; a positive one brings it to the front.
    moveLayer(layer, by) {
        const place = this.layers.indexOf(layer);
        const target = Math.min(this.layers.length - 1, Math.max(0, place + by));
        if (target === place) return;
        const rest = this.layers.filter((other) => other !== layer);
        rest.splice(target, 0, layer);
        this.rearrange(rest, layer);
    }

    rearrange(layers, active, bytes = 200) {
        const [before, activeBefore] = [this.layers, this.active];
        const set = (list, layer) => {
            this.layers = list;
            this.active = layer;
            this.fire("layers");
            this.fire("change");
        };
        set(layers, active);
        this.history.add({
            undo: () => set(before, activeBefore), redo: () => set(layers, active), bytes,
        });
    }

    select(layer) {
        this.active = layer;
        this.fire("layers");
    }

    setVisible(layer, isVisible) {
        layer.isVisible = isVisible;
        this.fire("layers");
        this.fire("change");
        this.fire("edit");
    }

    rename(layer, name) {
        layer.name = name.slice(0, limits.nameLetters) || layer.name;
        this.fire("layers");
        this.fire("edit");
    }

    // ---- The whole ----------------------------------------------------------------------------

    /// Takes a new sheet: one empty layer. Undo brings the old one back.
    startAnew(name) {
        const layer = new Layer(this.width, this.height, name);
        this.rearrange([layer], layer, this.layers.length * this.width * this.height * 4);
    }

    /// Gives the sketch another size: what is painted keeps its middle and its scale.
    resize(width, height) {
        if (width === this.width && height === this.height) return;
        const state = () => ({
            width: this.width, height: this.height, layers: this.layers, active: this.active,
        });
        const before = state();
        const x = Math.round((width - this.width) / 2);
        const y = Math.round((height - this.height) / 2);
        const layers = this.layers.map((layer) => {
            const copy = new Layer(width, height, layer.name);
            copy.isVisible = layer.isVisible;
            copy.take(layer.canvas, x, y, layer.width, layer.height);
            return copy;
        });
        const active = layers[this.layers.indexOf(this.active)];
        const set = (to) => {
            Object.assign(this, to);
            this.fire("layers");
            this.fire("change");
        };
        const after = { width, height, layers, active };
        set(after);
        const bytes = before.layers.length * before.width * before.height * 4;
        this.history.add({ undo: () => set(before), redo: () => set(after), bytes });
    }

    /// Lays an image underneath, as large as fits, or takes it away with null.
    layUnderneath(image, opacity = 0.4, isSaved = false) {
        this.underneath = image && { image, opacity, isVisible: true, isSaved };
        this.fire("layers");
        this.fire("change");
        this.fire("edit");
    }

    /// What is painted, on white, without what lies underneath.
    flattened() {
        const canvas = new OffscreenCanvas(this.width, this.height);
        const context = canvas.getContext("2d", { willReadFrequently: true });
        context.fillStyle = "#fff";
        context.fillRect(0, 0, this.width, this.height);
        for (const layer of this.layers) {
            if (layer.isVisible) context.drawImage(layer.canvas, 0, 0);
        }
        return canvas;
    }

    /// Whether nothing is painted on any layer.
    get isBlank() {
        return this.layers.every((layer) => !new Uint32Array(layer.pixels.buffer).some(Boolean));
    }

    /// Draws paper, what lies underneath and the layers, each pixel of the sketch one unit.
    draw(context) {
        context.fillStyle = "#fff";
        context.fillRect(0, 0, this.width, this.height);
        const { underneath } = this;
        if (underneath?.isVisible) {
            const { image, opacity } = underneath;
            const scale = Math.min(this.width / image.width, this.height / image.height);
            const [across, down] = [image.width * scale, image.height * scale];
            context.globalAlpha = opacity;
            context.drawImage(
                image, (this.width - across) / 2, (this.height - down) / 2, across, down);
            context.globalAlpha = 1;
        }
        for (const layer of this.layers) {
            if (layer.isVisible) context.drawImage(layer.canvas, 0, 0);
        }
    }
}
