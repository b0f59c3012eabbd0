// Make: a sketch, a work, figures or nothing at all become drafts, and drafts become pictures.

import { get, post, Refusal, refusalBox } from "../api.js";
import { fill, h } from "../dom.js";
import { runningJobs } from "../events.js";
import { list, t } from "../messages.js";
import { AfterMode } from "../make/after.js";
import { Drafts } from "../make/drafts.js";
import { FigureMode } from "../make/figure.js";
import { FreeMode } from "../make/free.js";
import { SketchMode } from "../make/sketch.js";
import { Finishing } from "../make/finishing.js";

const modes = { sketch: SketchMode, after: AfterMode, figure: FigureMode, free: FreeMode };

/// The room's state: the style, the mode, what it costs, the drafts.
class Make {
    constructor(room) {
        this.room = room;
        this.address = new URL(location.href);
        this.body = h("div.stack.loose");
        this.pay = h("div.pay");
        this.refusal = h("div", { "aria-live": "polite" });
        this.unfinished = h("div", { hidden: true, "aria-live": "polite" });
        this.drafts = new Drafts((numbers) => this.finish(numbers));
        this.finishing = new Finishing(() => this.showCost());
    }

    async open() {
        const [{ styles }, credits] = await Promise.all([
            get("api/styles"), get("api/account/credits").catch(() => null),
        ]);
        this.styles = styles.filter((style) => style.is_here);
        this.credits = credits;
        if (!this.styles.length) return this.showEmpty(styles);
        this.style = this.styles.find(({ id }) => id === this.address.searchParams.get("style"))
            ?? this.styles.at(-1);
        this.showModes();
        this.room.append(this.body, this.unfinished, this.refusal, this.pay, h("section.halves",
            this.drafts.element, this.finishing.element));
        await this.choose(this.address.searchParams.get("mode") ?? "sketch");
        await this.goOn();
    }

    /// Nothing can be drawn yet: says what comes first, with the button for it.
    showEmpty(elsewhere) {
        const [text, link] = elsewhere.length
            ? [t("make.styles_elsewhere", {
                names: list(elsewhere.map(({ name }) => name)),
                device: elsewhere[0].device_name,
            }), h("a.button.main", { href: "styles?new" }, t("styles.teach"))]
            : [t("make.no_styles"), h("a.button.main", { href: "styles?new" }, t("styles.teach"))];
        this.room.append(h("section.banner", h("p", text), h("div.row", link)));
    }

    showModes() {
        const names = {
            sketch: [t("make.mode_sketch"), t("make.mode_sketch_hint")],
            after: [t("make.mode_after"), t("make.mode_after_hint")],
            figure: [t("make.mode_figure"), t("make.mode_figure_hint")],
            free: [t("make.mode_free"), t("make.mode_free_hint")],
        };
        this.choices = new Map(Object.entries(names).map(([name, [text, hint]]) => {
            const input = h("input", {
                type: "radio", name: "mode", value: name, onchange: () => this.choose(name),
            });
            return [name, h("label.choice", input, h("span", text, h("span.hint", hint)))];
        }));
        const head = document.getElementById("head");
        head.classList.add("beside");
        head.append(h("fieldset", h("legend.hidden", t("make.begin")),
            h("div.modes", [...this.choices.values()])));
    }

    async choose(name) {
        if (!modes[name]) name = "sketch";
        this.choices.get(name).querySelector("input").checked = true;
        this.address.searchParams.set("mode", name);
        history.replaceState(null, "", this.address);
        this.modeName = name;
        this.mode = new modes[name](this);
        fill(this.refusal);
        try {
            const element = await this.mode.open();
            if (this.modeName === name) fill(this.body, element);
        } catch (error) {
            fill(this.body, refusalBox(error));
        }
        this.showCost();
    }

    /// The choice of the style, which each mode puts where it fits.
    styleField(hint) {
        const hintBox = h("span.hint");
        const showHint = () => {
            hintBox.textContent = hint(this.style);
        };
        showHint();
        return h("div.field", h("label", { for: "style" }, t("make.style")), h("select", {
            id: "style",
            onchange: (event) => {
                this.style = this.styles.find(({ id }) => id === event.target.value);
                this.address.searchParams.set("style", this.style.id);
                history.replaceState(null, "", this.address);
                showHint();
                this.mode.styleChanged?.();
                this.showCost();
            },
        }, this.styles.map(({ id, name, works }) => h("option", {
            value: id, selected: id === this.style.id,
        }, t("make.style_works", { name, count: works.length })))), hintBox);
    }

    /// The slider from large pieces to small ones; `value()` reads it.
    originalityField() {
        const input = h("input", { type: "range", id: "originality", min: 0, max: 100, value: 50 });
        this.originality = () => Number(input.value);
        return h("div.field", h("label", { for: "originality" }, t("make.pieces")), input,
            h("div.ends", h("span", t("make.pieces_large")), h("span", t("make.pieces_small"))));
    }

    // ---- What it costs, and drafts ------------------------------------------------------------

    async showCost() {
        this.credits = await get("api/account/credits").catch(() => this.credits);
        const { credits } = this;
        if (credits && !credits.can_generate) {
            fill(this.pay, refusalBox(new Refusal({
                what: credits.why_not, next: credits.next_step ?? "sync",
            })));
            return;
        }
        this.button = h("button.button.main", {
            type: "button", disabled: this.drafts.isDrawing || !this.mode?.isReady,
            onclick: () => this.draw(),
        }, this.modeName === "figure" ? t("make.draw_figures") : t("make.draw_drafts"));
        const left = credits ? credits.usable : 0;
        fill(this.pay,
            h("div.stack", h("p", h("strong", this.modeName === "figure"
                ? t("make.cost_figures", { count: left }) : t("make.cost_drafts", { count: left })),
            h("br"), t("make.cost_rest"))),
            this.button);
    }

    async draw() {
        fill(this.refusal);
        this.button.disabled = true;
        try {
            const order = await this.mode.order();
            const { job } = await post("api/drafts", {
                style: this.style.id, mode: this.modeName, count: 9,
                originality: this.originality?.() ?? 50, ...order,
            });
            this.watchDrafts(job, order.size);
            this.drafts.element.scrollIntoView({ behavior: "smooth", block: "start" });
        } catch (error) {
            fill(this.refusal, refusalBox(error));
            this.button.disabled = false;
        }
    }

    async watchDrafts(job, size = null) {
        const state = await this.drafts.watch(job, this.modeName === "figure", size);
        if (state.state === "failed") fill(this.refusal, refusalBox(state.error));
        this.showCost();
        this.showUnfinished();
    }

    /// What is paid for and was interrupted: its credit waits for it.
    async showUnfinished() {
        const { unfinished } = await get("api/unfinished");
        this.unfinished.hidden = !unfinished.length;
        fill(this.unfinished, unfinished.length > 0 && h("section.banner.wait",
            h("p", t("make.unfinished", {
                names: list([...new Set(unfinished.map(({ model_name: name }) => name))]),
                count: unfinished.length,
            })),
            h("div.row", h("button.button", {
                type: "button",
                onclick: async () => {
                    this.unfinished.hidden = true;
                    try {
                        this.watchDrafts((await post("api/unfinished/resume")).job);
                    } catch (error) {
                        fill(this.refusal, refusalBox(error));
                    }
                },
            }, t("make.go_on")))));
    }

    async finish(numbers) {
        fill(this.refusal);
        try {
            const { job } = await post("api/generations", {
                sheet: this.drafts.sheet, picks: numbers,
            });
            await this.watchFinishing(job);
        } catch (error) {
            fill(this.refusal, refusalBox(error));
        }
    }

    async watchFinishing(job) {
        const state = await this.finishing.watch(job);
        if (state.state === "failed") fill(this.refusal, refusalBox(state.error));
    }

    /// Shows what another page or an earlier visit began.
    async goOn() {
        const sheet = this.address.searchParams.get("sheet");
        const [running] = (await runningJobs("drafts")).slice(-1);
        if (running) {
            this.watchDrafts(running.id);
            this.showCost();
        } else {
            await this.showUnfinished();
            if (sheet) await this.drafts.showSheet(sheet);
        }
        const [finishing] = (await runningJobs("generations")).slice(-1);
        if (finishing) this.watchFinishing(finishing.id);
    }
}

/// Opens the room.
export async function show(room) {
    await new Make(room).open();
}
