// Writing files into a folder of the artist's: what will be written, where, and how far it is.

import { post, refusalBox } from "../api.js";
import { fill, freshID, h } from "../dom.js";
import { t } from "../messages.js";
import { openDialog } from "./dialog.js";
import { watchJob } from "./parts.js";

/// Opens a dialog that asks for a folder and has a job write into it.
///
/// `plan()` answers with what is proposed, `about(plan)` shows it above and below the field as
/// `{above, below}`; `path` starts the job with `body` and the folder; `done(result)` is told how
/// it came out.
export async function askFolder({ title, plan, about, button, path, body = {}, progress, done }) {
    const place = h("div.stack.wide");
    const dialog = openDialog(title, place);
    try {
        const proposed = await plan();
        const { above = null, below = null } = about(proposed);
        const id = freshID("folder");
        const folder = h("input", { id, value: proposed.folder, autocomplete: "off" });
        const state = h("div");
        const write = async (event) => {
            event.preventDefault();
            fill(state);
            try {
                const { job } = await post(path, { ...body, folder: folder.value });
                const end = await watchJob(job, state, {
                    title: progress, note: () => folder.value,
                });
                if (end.state === "failed") fill(state, refusalBox(end.error));
                if (end.state !== "done") return;
                dialog.close();
                done(end.result);
            } catch (error) {
                fill(state, refusalBox(error));
            }
        };
        fill(place, h("form.stack.wide", { onsubmit: write }, above,
            h("div.field", h("label", { for: id }, t("account.export_folder")), folder),
            below, state,
            h("div.row", h("button.button.main", { type: "submit" }, button),
                h("button.button.plain", { type: "button", onclick: () => dialog.close() },
                    t("common.cancel")))));
    } catch (error) {
        fill(place, refusalBox(error));
    }
}
