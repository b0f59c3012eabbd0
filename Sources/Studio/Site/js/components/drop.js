// A place to drop files and folders on.

import { h } from "../dom.js";
import { t } from "../messages.js";

/// Files of one drop; more are left out and told.
export const dropLimit = 5000;

/// All files of a folder that was dropped, folders in it included.
async function filesOf(entry, files) {
    if (files.length >= dropLimit) return;
    if (entry.isFile) {
        files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
        return;
    }
    const reader = entry.createReader();
    for (;;) {
        const entries = await new Promise((resolve, reject) => {
            reader.readEntries(resolve, reject);
        });
        if (!entries.length) return;
        for (const inner of entries) await filesOf(inner, files);
    }
}

/// The files of a drop, those of dropped folders included.
export async function droppedFiles(transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
    const files = [];
    for (const entry of entries) if (entry) await filesOf(entry, files);
    return files.length ? files : [...transfer.files];
}

/// Lets an element take dropped files; it has the class `active` while files hang over it.
export function takeDrops(element, onFiles) {
    let depth = 0;
    const active = (change) => {
        depth = Math.max(0, depth + change);
        element.classList.toggle("active", depth > 0);
    };
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    element.addEventListener("dragenter", (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        active(1);
    });
    element.addEventListener("dragover", (event) => {
        if (hasFiles(event)) event.preventDefault();
    });
    element.addEventListener("dragleave", () => active(-1));
    element.addEventListener("drop", async (event) => {
        event.preventDefault();
        depth = 0;
        active(0);
        const files = await droppedFiles(event.dataTransfer);
        if (files.length) onFiles(files);
    });
}

/// A button that opens the system's choice of files.
export function fileButton(text, onFiles, { accept = "image/*", many = false, folder = false,
    classes = "" } = {}) {
    const input = h("input.hidden", {
        type: "file", accept, multiple: many, webkitdirectory: folder,
        onchange: () => {
            const files = [...input.files];
            input.value = "";
            if (files.length) onFiles(files);
        },
    });
    return h(`label.button${classes}`, input, text);
}

/// A dashed place that takes one picture by dropping or choosing.
export function pictureDrop(onFile) {
    const area = h("div.drop", h("p", t("common.drop")),
        fileButton(t("common.choose_one"), ([file]) => onFile(file)));
    takeDrops(area, ([file]) => onFile(file));
    return area;
}
