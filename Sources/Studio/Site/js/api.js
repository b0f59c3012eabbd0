// Talks to the program behind the page, which runs on this machine.

import { h } from "./dom.js";
import { t } from "./messages.js";
import { say } from "./sentences.js";

/// An answer that says no: what happened and why, and the name of the step to take next.
export class Refusal extends Error {
    constructor({ code = "unknown", what, next = null, status = 0 }) {
        super(what);
        this.code = code;
        this.what = say(what);
        this.next = next;
        this.status = status;
    }
}

const away = () => new Refusal({ code: "away", what: t("common.away"), next: "again" });

async function send(method, path, body, type) {
    const headers = {};
    if (method !== "GET") headers["X-Atelier"] = "1";
    if (type) headers["Content-Type"] = type;
    let answer;
    try {
        answer = await fetch(path, { method, headers, body, credentials: "same-origin" });
    } catch {
        throw away();
    }
    if (!answer.ok) throw await refusal(answer);
    return answer;
}

async function refusal(answer) {
    try {
        return new Refusal({ ...(await answer.json()).error, status: answer.status });
    } catch {
        return new Refusal({
            code: `http-${answer.status}`, status: answer.status,
            what: t("common.failed", { status: String(answer.status) }),
        });
    }
}

const parsed = async (answer) => (answer.status === 204 ? null : answer.json());
const json = "application/json";

/// What a path holds.
export const get = async (path) => parsed(await send("GET", path));
/// The bytes that a path holds, or null where nothing is there.
export async function getBlob(path) {
    try {
        return await (await send("GET", path)).blob();
    } catch (error) {
        if (error.status === 404) return null;
        throw error;
    }
}
/// Sends an object, and answers with what came back.
export const post = async (path, body = {}) =>
    parsed(await send("POST", path, JSON.stringify(body), json));
/// Puts an object, or the bytes of a file, in the place of what is there.
export const put = async (path, body) => parsed(body instanceof Blob
    ? await send("PUT", path, body, body.type || "application/octet-stream")
    : await send("PUT", path, JSON.stringify(body), json));
/// Changes some fields.
export const patch = async (path, body) =>
    parsed(await send("PATCH", path, JSON.stringify(body), json));
/// Removes what is there.
export const remove = async (path) => parsed(await send("DELETE", path));

/// Sends a file with a progress from 0 to 1; `stop` is an `AbortSignal`.
export function upload(path, file, onProgress = () => {}, stop = undefined) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("POST", path);
        request.setRequestHeader("X-Atelier", "1");
        request.setRequestHeader("Content-Type", "application/octet-stream");
        request.upload.addEventListener("progress", (event) => {
            if (event.lengthComputable) onProgress(event.loaded / event.total);
        });
        request.addEventListener("error", () => reject(away()));
        request.addEventListener("abort", () => reject(stop.reason));
        request.addEventListener("load", async () => {
            const answer = new Response(request.status === 204 ? null : request.response,
                { status: request.status });
            if (answer.ok) resolve(await parsed(answer));
            else reject(await refusal(answer));
        });
        stop?.addEventListener("abort", () => request.abort());
        request.send(file);
    });
}

/// The room in which a step is taken.
const rooms = {
    "make-library": "start", "restore-backup": "account", "list-works": "works",
    "list-models": "styles", "list-generations": "pictures", "list-devices": "account",
    "list-conflicts": "account", "list-trash": "works", "add-works": "works",
    "train-model": "styles", "remove-model": "styles", "set-landmarks": "works",
    "clear-areas": "works", "make-sheet": "make", "pick-drafts": "make",
    "finish-pictures": "make", "export-picture": "pictures", sync: "account", join: "account",
    "use-invite": "account", "approve-device": "account", "request-access": "account",
    "export-bundle": "account", "list-cases": "account", "contest-reservation": "account",
    "train-without-work": "works", "list-reservations": "works",
    "show-case": "account", "answer-case": "account",
    "appeal-case": "account",
};

/// A refusal as it is shown: what happened, why, and the button for what to do next.
///
/// `actions` maps the name of a step to what this room does for it.
export function refusalBox(error, actions = {}) {
    // The error of a job is what an answer of the program holds.
    if (!(error instanceof Error) && error?.what) error = new Refusal(error);
    if (!(error instanceof Refusal)) {
        console.error(error);
        error = new Refusal({ what: t("common.failed", { status: String(error) }) });
    }
    const { next } = error;
    const act = next === "again" ? () => location.reload() : actions[next];
    const text = next === "again" ? t("common.again") : next && t(`next.${next}`);
    const step = act ? h("button.button", { type: "button", onclick: act }, text)
        : rooms[next] ? h("a.button", { href: rooms[next] }, text)
            : next ? h("p", text) : null;
    return h("div.banner.bad.refusal", { role: "alert" }, h("p", error.what), step);
}
