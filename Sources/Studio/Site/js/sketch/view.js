// Shows a sketch in a canvas of the page: zoom, place, the brush's circle.

import { zoom as limits } from "./limits.js";

/// The part of the sketch that is seen, and where.
export class View {
    constructor(canvas, sketch) {
        this.canvas = canvas;
        this.context = canvas.getContext("2d");
        this.scale = 1;
        this.x = 0;
        this.y = 0;
        this.isFitted = true;
        this.cursor = null;
        this.isWaiting = false;
        this.show(sketch);
        new ResizeObserver(() => this.measure()).observe(canvas);
        this.measure();
    }

    /// Shows another sketch, whole.
    show(sketch) {
        this.sketch?.removeEventListener("change", this.redraw);
        this.sketch = sketch;
        this.redraw = () => this.draw();
        sketch.addEventListener("change", this.redraw);
        this.isFitted = true;
        this.measure();
    }

    measure() {
        const { clientWidth, clientHeight } = this.canvas;
        if (!clientWidth || !clientHeight) return;
        this.density = Math.min(2, devicePixelRatio || 1);
        const width = Math.round(clientWidth * this.density);
        const height = Math.round(clientHeight * this.density);
        if (width !== this.canvas.width || height !== this.canvas.height) {
            this.canvas.width = width;
            this.canvas.height = height;
        }
        if (this.isFitted) this.fit();
        // Another size empties the canvas: it is filled before it is shown.
        this.drawNow();
    }

    /// Shows the sketch as large as it is seen whole.
    fit() {
        const { clientWidth, clientHeight } = this.canvas;
        const { width, height } = this.sketch;
        this.isFitted = true;
        this.scale = Math.min(clientWidth / width, clientHeight / height);
        this.x = (clientWidth - width * this.scale) / 2;
        this.y = (clientHeight - height * this.scale) / 2;
        this.changed();
    }

    /// Makes it larger by a factor; the point of the canvas stays where it is.
    zoomBy(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
        const scale = Math.min(limits.largest, Math.max(limits.smallest, this.scale * factor));
        this.x = x - ((x - this.x) * scale) / this.scale;
        this.y = y - ((y - this.y) * scale) / this.scale;
        this.scale = scale;
        this.isFitted = false;
        this.changed();
    }

    moveBy(dx, dy) {
        this.x += dx;
        this.y += dy;
        this.isFitted = false;
        this.changed();
    }

    changed() {
        this.canvas.dispatchEvent(new Event("viewchange"));
        this.draw();
    }

    /// The pixel of the sketch at a place of the page, with fractions.
    place(clientX, clientY) {
        const box = this.canvas.getBoundingClientRect();
        return {
            x: (clientX - box.left - this.x) / this.scale,
            y: (clientY - box.top - this.y) / this.scale,
        };
    }

    draw() {
        if (this.isWaiting) return;
        this.isWaiting = true;
        requestAnimationFrame(() => {
            this.isWaiting = false;
            this.drawNow();
        });
    }

    drawNow() {
        const { context, density, scale } = this;
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.clearRect(0, 0, this.canvas.width, this.canvas.height);
        context.setTransform(
            density * scale, 0, 0, density * scale, density * this.x, density * this.y);
        context.imageSmoothingEnabled = scale < 3;
        context.save();
        context.beginPath();
        context.rect(0, 0, this.sketch.width, this.sketch.height);
        context.clip();
        this.sketch.draw(context);
        context.restore();
        if (this.cursor) this.drawCursor(this.cursor);
    }

    drawCursor({ x, y, radius, isCross }) {
        const { context, scale } = this;
        for (const [style, width] of [["#fff", 3], ["#2b2825", 1]]) {
            context.beginPath();
            if (radius) context.arc(x, y, Math.max(radius, 2 / scale), 0, 2 * Math.PI);
            if (isCross) {
                const arm = 10 / scale;
                context.moveTo(x - arm, y);
                context.lineTo(x + arm, y);
                context.moveTo(x, y - arm);
                context.lineTo(x, y + arm);
            }
            context.strokeStyle = style;
            context.lineWidth = width / scale;
            context.stroke();
        }
    }
}
