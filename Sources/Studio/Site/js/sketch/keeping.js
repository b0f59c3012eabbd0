// Keeps a sketch in the library's folder while it is made, and brings it back.

import { get, getBlob, put, remove } from "../api.js";
import { Layer, Sketch } from "./sketch.js";

/// How long the hand rests before the sketch is kept, in milliseconds.
const rest = 700;

const png = (canvas) => canvas.convertToBlob({ type: "image/png" });

/// Reads a sketch; null where there is none of that name yet.
export async function readSketch(name) {
    const kept = await get(`api/sketches/${name}`);
    if (!kept) return null;
    const sketch = new Sketch(kept.width, kept.height, "");
    sketch.layers = await Promise.all(kept.layers.map(async ({ id, name: title, visible }) => {
        const layer = new Layer(kept.width, kept.height, title, id);
        layer.isVisible = visible;
        const blob = await getBlob(`api/sketches/${name}/${id}`);
        if (blob) layer.take(await createImageBitmap(blob));
        layer.isSaved = true;
        return layer;
    }));
    sketch.active = sketch.layers[kept.active] ?? sketch.layers[0];
    if (kept.underneath) {
        const blob = await getBlob(`api/sketches/${name}/underneath`);
        if (blob) {
            sketch.layUnderneath(await createImageBitmap(blob), kept.underneath.opacity, true);
            sketch.underneath.isVisible = kept.underneath.visible;
        }
    }
    return sketch;
}

/// Keeps a sketch under a name after each change. `onState` hears "saving", "saved" and errors.
export class Keeper {
    constructor(name, sketch, onState) {
        this.name = name;
        this.sketch = sketch;
        this.onState = onState;
        this.timer = 0;
        this.isDirty = false;
        this.work = Promise.resolve();
        sketch.addEventListener("edit", () => this.soon());
        addEventListener("visibilitychange", () => {
            if (document.visibilityState === "hidden") this.now();
        });
        document.addEventListener("click", (event) => this.leaveBy(event), { capture: true });
        addEventListener("beforeunload", (event) => {
            if (this.isDirty) event.preventDefault();
        });
    }

    /// A link to another room waits until the sketch is kept.
    async leaveBy(event) {
        const link = event.target.closest?.("a[href]");
        if (!this.isDirty || !link || link.target || link.origin !== location.origin
            || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        event.stopPropagation();
        if (await this.now()) location.href = link.href;
    }

    soon() {
        this.isDirty = true;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.now(), rest);
    }

    /// Keeps what is there now; one after the other. Answers whether it is kept.
    now() {
        clearTimeout(this.timer);
        this.work = this.work.then(() => this.keep());
        return this.work;
    }

    async keep() {
        if (!this.isDirty) return true;
        if (this.sketch.stroke) {
            this.soon();
            return false;
        }
        this.isDirty = false;
        this.onState("saving");
        try {
            await this.write();
            this.onState(this.isDirty ? "saving" : "saved");
            return true;
        } catch (error) {
            this.isDirty = true;
            this.onState("failed", error);
            return false;
        }
    }

    async write() {
        const { sketch, name } = this;
        const parts = `api/sketches/${name}`;
        const { layers, underneath, width, height } = sketch;
        for (const layer of layers) {
            if (layer.isSaved) continue;
            layer.isSaved = true;
            try {
                await put(`${parts}/${layer.id}`, await png(layer.canvas));
            } catch (error) {
                layer.isSaved = false;
                throw error;
            }
        }
        if (underneath && !underneath.isSaved) {
            const { image } = underneath;
            const canvas = new OffscreenCanvas(image.width, image.height);
            canvas.getContext("2d").drawImage(image, 0, 0);
            await put(`${parts}/underneath`, await png(canvas));
            underneath.isSaved = true;
        }
        await put(`${parts}/picture`, await png(sketch.flattened()));
        // The list comes last: what it names is there.
        await put(parts, {
            width, height, active: layers.indexOf(sketch.active),
            layers: layers.map(({ id, name: title, isVisible }) => (
                { id, name: title, visible: isVisible })),
            underneath: underneath && {
                opacity: underneath.opacity, visible: underneath.isVisible,
            },
        });
        const known = new Set(layers.map((layer) => layer.id));
        for (const id of this.written ?? []) {
            if (!known.has(id)) await remove(`${parts}/${id}`);
        }
        for (const layer of this.lastLayers ?? []) if (!known.has(layer.id)) layer.isSaved = false;
        this.written = known;
        this.lastLayers = layers;
    }
}
