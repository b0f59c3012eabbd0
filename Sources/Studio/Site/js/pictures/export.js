// Export: a format, with or without the watermark, and what is written into the file shown first.

import { Refusal, refusalBox } from "../api.js";
import { openDialog } from "../components/dialog.js";
import { effects } from "../components/parts.js";
import { fill, h } from "../dom.js";
import { t } from "../messages.js";

/// Opens the form for a picture's file.
export function exportDialog({ generation, writes }, title) {
    const canBeClean = generation.standing === "countersigned";
    const state = { format: "png", isMarked: !canBeClean };
    const effect = h("div");
    const refusal = h("div", { "aria-live": "polite" });
    const showEffect = () => {
        const written = writes[state.isMarked ? "marked" : "clean"] ?? [];
        const texts = {
            watermark: t("pictures.writes_watermark"), "hidden-mark": t("pictures.writes_hidden"),
        };
        fill(effect, effects(t("pictures.written"),
            written.length ? written.map((name) => texts[name] ?? name)
                : [t("pictures.writes_nothing")], t("pictures.writes_no_more")));
    };
    const radio = (name, text) => h("label.check", h("input", {
        type: "radio", name: "as", checked: name === state.format,
        onchange: () => {
            state.format = name;
            showEffect();
        },
    }), text);
    const mark = h("input", {
        type: "checkbox", checked: state.isMarked, disabled: !canBeClean,
        onchange: () => {
            state.isMarked = mark.checked;
            showEffect();
        },
    });
    const save = h("button.button.main", { type: "button", onclick: () => go() },
        t("pictures.save"));
    const dialog = openDialog(t("pictures.export_title", { title }),
        h("fieldset.row", h("legend.hidden", t("pictures.format")),
            radio("png", "PNG"), radio("jpg", "JPEG"), radio("webp", "WebP")),
        h("div.stack", h("label.check", mark, canBeClean ? t("pictures.with_mark")
            : t("pictures.mark_stays")),
        !canBeClean && h("p.hint", h("a", { href: "account" }, t("pictures.waiting_hint")))),
        effect, refusal,
        h("div.row", save, h("button.button.plain", {
            type: "button", onclick: () => dialog.close(),
        }, t("common.cancel"))));
    showEffect();

    async function go() {
        save.disabled = true;
        fill(refusal, state.isMarked ? null : h("p.quiet", t("pictures.drawing_again")));
        try {
            const query = new URLSearchParams({
                format: state.format, watermark: state.isMarked ? "1" : "0",
            });
            const answer = await fetch(`api/generations/${generation.id}/export?${query}`);
            if (!answer.ok) throw new Refusal((await answer.json()).error);
            const address = URL.createObjectURL(await answer.blob());
            h("a", { href: address, download: `${title}.${state.format}` }).click();
            setTimeout(() => URL.revokeObjectURL(address), 60000);
            dialog.close();
        } catch (error) {
            fill(refusal, refusalBox(error));
            save.disabled = false;
        }
    }
}
