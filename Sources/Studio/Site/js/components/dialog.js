// Questions and forms above the page.

import { freshID, h, icon } from "../dom.js";
import { t } from "../messages.js";

/// Opens a dialog with children below its title; returns the element. It is gone once closed, and
/// focus goes back to where it was.
export function openDialog(title, ...children) {
    const id = freshID("dialog");
    const dialog = h("dialog", { "aria-labelledby": id },
        h("div.stack.wide", h("h2", { id }, title), ...children),
        // Last, so that the first field or answer has the focus.
        h("button.button.tool.shut", {
            type: "button", "aria-label": t("common.close"), title: t("common.close"),
            onclick: () => dialog.close(),
        }, icon("cross")));
    dialog.addEventListener("close", () => dialog.remove());
    // A click on the backdrop closes it, as Escape does.
    dialog.addEventListener("pointerdown", (event) => {
        if (event.target !== dialog) return;
        const box = dialog.getBoundingClientRect();
        const isInside = event.clientX >= box.left && event.clientX <= box.right
            && event.clientY >= box.top && event.clientY <= box.bottom;
        if (!isInside) dialog.close();
    });
    (document.getElementById("room") ?? document.body).append(dialog);
    dialog.showModal();
    return dialog;
}

/// Asks for one of several answers: `[{text, value, kind}]`, kind `main` or `bad`. Answers with the
/// value, or with null where the dialog was closed.
export function ask(title, body, answers) {
    return new Promise((resolve) => {
        let answer = null;
        const buttons = answers.map(({ text, value, kind }) => h(
            `button.button${kind ? `.${kind}` : ""}`, {
                type: "button",
                onclick: () => {
                    answer = value;
                    dialog.close();
                },
            }, text));
        // Where an answer is dangerous, Return alone must not give it.
        const isDangerous = answers.some(({ kind }) => kind === "bad");
        const dialog = openDialog(title, body, h("div.row", ...buttons, h("button.button.plain", {
            type: "button", autofocus: isDangerous, onclick: () => dialog.close(),
        }, t("common.cancel"))));
        dialog.addEventListener("close", () => resolve(answer));
    });
}
