// What the artist marks on a work: areas by a brush, the points of a figure by clicks.

import { put, remove } from "../api.js";
import { fill, freshID, h, s } from "../dom.js";
import { t } from "../messages.js";

/// Pixels of the longer side of a mask.
const maskSide = 768;
const colours = { kept_whole: "#4a4f9e", avoided: "#8f4630" };
const pointNames = [
    "left_eye", "right_eye", "mouth", "chin", "head_top", "neck_pit", "left_shoulder",
    "right_shoulder", "left_waist", "right_waist",
];
const outlines = ["M", "L"];

/// The tools of the tab, and what lies over the picture.
export class MarksEditor {
    constructor(page) {
        this.page = page;
        const { work } = page;
        const scale = maskSide / Math.max(work.width, work.height);
        this.width = Math.max(1, Math.round(work.width * scale));
        this.height = Math.max(1, Math.round(work.height * scale));
        this.kind = "kept_whole";
        this.size = 32;
        this.isErasing = false;
        this.layers = {};
        for (const kind of Object.keys(colours)) {
            this.layers[kind] = h("canvas.over", {
                width: this.width, height: this.height, "aria-hidden": "true",
            });
        }
        this.marks = s("svg.over.marks", {
            viewBox: `0 0 ${this.width} ${this.height}`, role: "img",
            "aria-label": t("works.marks_label"), tabindex: "0",
        });
        this.cursor = { x: this.width / 2, y: this.height / 2 };
        this.listen();
        page.view.append(...Object.values(this.layers), this.marks);
    }

    /// Shows what is stored.
    take(work) {
        this.work = work;
        for (const kind of Object.keys(colours)) {
            if (this.changed === kind) continue;
            const pen = this.pen(kind);
            pen.clearRect(0, 0, this.width, this.height);
            for (const { left, top, right, bottom } of work.areas[kind] ?? []) {
                const x = (left / 10000) * this.width;
                const y = (top / 10000) * this.height;
                pen.fillRect(x, y, (right / 10000) * this.width - x,
                    (bottom / 10000) * this.height - y);
            }
        }
        if (!this.points) this.yaw = work.landmarks?.yaw ?? 0;
        this.drawMarks();
    }

    pen(kind) {
        const pen = this.layers[kind].getContext("2d");
        pen.fillStyle = colours[kind];
        pen.strokeStyle = colours[kind];
        pen.lineCap = "round";
        pen.lineJoin = "round";
        return pen;
    }

    /// The tools.
    panel() {
        this.mode = "brush";
        this.tools = h("div.stack.wide");
        const tool = (mode, kind, text, colour) => h("button.button", {
            type: "button", "aria-pressed": "false", "data-tool": kind ?? mode,
            onclick: () => this.choose(mode, kind),
        }, colour && s("svg.key", { "aria-hidden": "true" },
            s("rect", { width: "100%", height: "100%", fill: colour })), text);
        this.buttons = h("div.row", { role: "group", "aria-label": t("works.tools") },
            tool("brush", "kept_whole", t("works.keep_whole"), colours.kept_whole),
            tool("brush", "avoided", t("works.avoid"), colours.avoided),
            tool("points", null, t("works.points"), null));
        queueMicrotask(() => this.choose("brush", this.kind));
        return h("div.stack.wide", this.buttons, this.tools);
    }

    /// Nothing is drawn while another tab is open.
    leave() {
        this.mode = null;
        this.points = null;
        this.page.view.classList.remove("drawing");
    }

    choose(mode, kind) {
        this.mode = mode;
        if (kind) this.kind = kind;
        this.page.view.classList.add("drawing");
        for (const button of this.buttons.children) {
            button.setAttribute("aria-pressed", String(button.dataset.tool === (kind ?? mode)));
        }
        fill(this.tools, mode === "brush" ? this.brushTools() : this.pointTools());
        this.drawMarks();
    }

    brushTools() {
        const id = freshID("size");
        const { kind } = this;
        return h("div.stack.wide",
            h("p.quiet", kind === "avoided" ? t("works.avoid_hint") : t("works.keep_whole_hint")),
            h("div.field", h("label", { for: id }, t("works.brush_size")), h("input", {
                id, type: "range", min: 4, max: 120, value: this.size,
                oninput: ({ target }) => { this.size = Number(target.value); },
            })),
            h("label.check", h("input", {
                type: "checkbox", checked: this.isErasing,
                onchange: ({ target }) => { this.isErasing = target.checked; },
            }), t("works.eraser")),
            h("div.row",
                h("button.button.main", { type: "button", onclick: () => this.save() },
                    t("works.save_areas")),
                h("button.button", { type: "button", onclick: () => this.save(true) },
                    t("works.clear_areas"))),
            h("p.hint", t("works.brush_keys")));
    }

    /// Sends the layer of a kind as a mask; an empty one clears the areas.
    async save(clears = false) {
        const { kind } = this;
        const layer = this.layers[kind];
        if (clears) this.pen(kind).clearRect(0, 0, this.width, this.height);
        const pixels = this.pen(kind).getImageData(0, 0, this.width, this.height).data;
        const isEmpty = !pixels.some((value, index) => index % 4 === 3 && value >= 128);
        const body = isEmpty ? new Blob([])
            : await new Promise((resolve) => { layer.toBlob(resolve, "image/png"); });
        this.changed = null;
        await this.page.change(
            () => put(`api/works/${this.page.id}/areas?kind=${kind}`, body), t("works.saved"));
    }

    pointTools() {
        this.points = this.points ?? [];
        const yawID = freshID("yaw");
        const next = pointNames[this.points.length];
        const count = this.points.length;
        return h("div.stack.wide",
            h("h3", { role: "status" }, next ? this.question(next) : t("works.points_done")),
            h("p.quiet", t("works.points_hint")),
            h("progress", { value: count, max: 10, "aria-label": t("works.points") }),
            h("div.field", h("label", { for: yawID }, t("works.yaw")),
                h("input", {
                    id: yawID, type: "range", min: -100, max: 100, value: this.yaw,
                    oninput: ({ target }) => { this.yaw = Number(target.value); },
                }),
                h("div.ends", h("span", t("works.yaw_left")), h("span", t("works.yaw_ahead")),
                    h("span", t("works.yaw_right")))),
            h("div.row",
                h("button.button.main", {
                    type: "button", disabled: Boolean(next), onclick: () => this.savePoints(),
                }, t("works.save_points")),
                h("button.button", {
                    type: "button", disabled: count === 0, onclick: () => this.undoPoint(),
                }, t("common.undo")),
                this.work.landmarks && h("button.button.plain.bad", {
                    type: "button", onclick: () => this.page.change(
                        () => remove(`api/works/${this.page.id}/landmarks`), t("works.saved")),
                }, t("works.remove_points"))),
            h("p.hint", t("works.points_keys")));
    }

    question(name) {
        return {
            left_eye: t("works.point_left_eye"), right_eye: t("works.point_right_eye"),
            mouth: t("works.point_mouth"), chin: t("works.point_chin"),
            head_top: t("works.point_head_top"), neck_pit: t("works.point_neck_pit"),
            left_shoulder: t("works.point_left_shoulder"),
            right_shoulder: t("works.point_right_shoulder"),
            left_waist: t("works.point_left_waist"), right_waist: t("works.point_right_waist"),
        }[name];
    }

    undoPoint() {
        this.points.pop();
        this.choose("points", null);
    }

    async savePoints() {
        const body = { yaw: this.yaw };
        pointNames.forEach((name, place) => { body[name] = this.points[place]; });
        const isSaved = await this.page.change(
            () => put(`api/works/${this.page.id}/landmarks`, body), t("works.points_saved"));
        if (!isSaved) return;
        this.points = null;
        this.choose("points", null);
    }

    /// The points under way, or the stored ones with the outline of the head.
    drawMarks() {
        const stored = this.work?.landmarks;
        const points = this.points?.length ? this.points
            : pointNames.map((name) => stored?.[name]).filter(Boolean);
        const place = ([x, y]) => [(x / 10000) * this.width, (y / 10000) * this.height];
        const outline = this.points?.length ? [] : stored?.head_outline ?? [];
        const path = outline.map((point, index) => {
            const [x, y] = place(point);
            return `${outlines[Math.min(index, 1)]}${x.toFixed(1)} ${y.toFixed(1)}`;
        }).join("");
        const isPlacing = this.mode === "points" && (this.points?.length ?? 0) < 10;
        fill(this.marks, path && s("path", { d: `${path}Z` }),
            points.map((point, index) => {
                const [x, y] = place(point);
                return [s("circle.dot", { cx: x, cy: y, r: 6 }),
                    s("text", { x: x + 9, y: y + 5 }, String(index + 1))];
            }),
            this.isByKeys && this.mode && s("circle", {
                class: isPlacing ? "now" : "dot", cx: this.cursor.x, cy: this.cursor.y,
                r: this.mode === "brush" ? this.size / 2 : 7,
            }));
    }

    listen() {
        let last = null;
        const at = (event) => {
            const box = this.marks.getBoundingClientRect();
            return {
                x: ((event.clientX - box.left) / box.width) * this.width,
                y: ((event.clientY - box.top) / box.height) * this.height,
            };
        };
        this.marks.addEventListener("pointerdown", (event) => {
            if (!this.mode || event.button !== 0) return;
            event.preventDefault();
            this.isByKeys = false;
            if (this.mode === "points") return this.place(at(event));
            this.marks.setPointerCapture(event.pointerId);
            last = at(event);
            this.stroke(last, last);
        });
        this.marks.addEventListener("pointermove", (event) => {
            if (!last) return;
            for (const part of event.getCoalescedEvents?.() ?? [event]) {
                const next = at(part);
                this.stroke(last, next);
                last = next;
            }
        });
        for (const name of ["pointerup", "pointercancel"]) {
            this.marks.addEventListener(name, () => { last = null; });
        }
        this.marks.addEventListener("keydown", (event) => this.key(event));
        this.marks.addEventListener("blur", () => {
            this.isByKeys = false;
            this.drawMarks();
        });
    }

    /// Arrows move, the space bar or Enter paints or places a point.
    key(event) {
        const step = event.shiftKey ? 32 : 8;
        const [dx, dy] = {
            ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step],
        }[event.key] ?? [0, 0];
        const acts = event.key === " " || event.key === "Enter";
        if (!this.mode || (!dx && !dy && !acts)) return;
        event.preventDefault();
        this.isByKeys = true;
        this.cursor = {
            x: Math.min(this.width, Math.max(0, this.cursor.x + dx)),
            y: Math.min(this.height, Math.max(0, this.cursor.y + dy)),
        };
        if (acts && this.mode === "points") this.place(this.cursor);
        else if (acts) this.stroke(this.cursor, this.cursor);
        this.drawMarks();
    }

    stroke(from, to) {
        const pen = this.pen(this.kind);
        pen.globalCompositeOperation = this.isErasing ? "destination-out" : "source-over";
        pen.lineWidth = this.size;
        pen.beginPath();
        pen.moveTo(from.x, from.y);
        pen.lineTo(to.x + 0.01, to.y);
        pen.stroke();
        pen.globalCompositeOperation = "source-over";
        this.changed = this.kind;
    }

    place({ x, y }) {
        if (this.points.length >= 10) return;
        const part = (value, whole) => Math.min(10000, Math.max(0,
            Math.round((value / whole) * 10000)));
        this.points.push([part(x, this.width), part(y, this.height)]);
        fill(this.tools, this.pointTools());
        this.drawMarks();
    }
}
