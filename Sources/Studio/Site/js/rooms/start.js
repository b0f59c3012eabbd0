// The first run: a library and its words, a community or none, the first works.

import { get, post, refusalBox } from "../api.js";
import { fill, freshID, h } from "../dom.js";
import { palette } from "../components/parts.js";
import { t } from "../messages.js";

/// The colours of the works that are shown, the largest share first.
const colours = [
    "#4f8c43", "#8fc0d0", "#33503a", "#b59c5a", "#6f96c8", "#42513a", "#8e6d4a", "#6a6c94",
    "#dcc9a4", "#a9cfd0", "#b9402e", "#3c4470",
];

/// Shows the step that the library is at.
export async function show(root) {
    const state = await get("api/start");
    const place = h("section.stack.wide", { "aria-live": "polite" });
    document.getElementById("head").remove();
    root.append(welcome(), place);
    if (!state.has_library) begin(place, state);
    else if (!state.is_joined) joining(place);
    else location.replace("works");
}

const welcome = () => h("section.hero",
    h("div.stack.wide",
        h("h1", t("start.welcome")),
        h("p.quiet", t("start.promise"))),
    story());

/// Six works, the colours that a style found in them, and a picture that it drew.
const story = () => h("figure.story", { role: "img", "aria-label": t("start.story") },
    h("div.six-works", [1, 2, 3, 4, 5, 6].map((number) => h("img", {
        src: `start/work-${number}.webp`, width: 240, height: 180, alt: "",
    }))),
    palette(colours.map((colour, place) => ({ colour, share: 12 - place })), ""),
    h("img", { src: "start/picture.webp", width: 720, height: 540, alt: "" }));

const steps = (now) => h("ol.steps",
    [t("start.step_library"), t("start.step_community"), t("start.step_works")].map(
        (text, place) => h("li", { "aria-current": place === now ? "step" : null },
            `${place + 1}. ${text}`)));

/// Shows children in the place of what was there, and moves the focus to their heading.
function step(place, number, ...children) {
    fill(place, steps(number), ...children);
    const heading = place.querySelector("h2");
    heading.setAttribute("tabindex", "-1");
    heading.focus();
}

/// A form that sends, shows a refusal, and cannot be sent twice at once.
function form(children, send, classes = "") {
    const refusal = h("div");
    const element = h(`form.stack.wide${classes}`, {
        onsubmit: async (event) => {
            event.preventDefault();
            const buttons = [...element.querySelectorAll("button")];
            buttons.forEach((button) => { button.disabled = true; });
            fill(refusal);
            try {
                await send(new FormData(element));
            } catch (error) {
                fill(refusal, refusalBox(error));
            }
            buttons.forEach((button) => { button.disabled = false; });
        },
    }, ...children, refusal);
    return element;
}

function field(label, name, settings = {}) {
    const id = freshID("field");
    return h("div.field", h("label", { for: id }, label),
        h(settings.rows ? "textarea" : "input", {
            id, name, autocomplete: "off", spellcheck: "false", ...settings,
        }));
}

function begin(place, state) {
    step(place, 0,
        form([
            h("hgroup", h("h2", t("start.new_title")), h("p.quiet", t("start.new_text"))),
            field(t("start.device_name"), "device", { value: state.machine, required: true }),
            h("p.hint", t("start.folder", { folder: state.folder })),
            h("div.row",
                h("button.button.main", { type: "submit" }, t("start.make_words")),
                h("button.button", { type: "button", onclick: () => restoring(place, state) },
                    t("start.have_account"))),
        ], async (data) => {
            showWords(place, state, await post("api/start/words", {
                device_name: data.get("device"),
            }));
        }));
}

/// The words are in memory only: the library is made once they were written down.
function showWords(place, state, { words }) {
    step(place, 0,
        h("div.head",
            h("hgroup", h("h2", t("start.words_title")), h("p.quiet", t("start.words_text")))),
        h("ol.words", { translate: "no" }, words.map((word) => h("li", word))),
        form([
            h("div.row",
                h("button.button.main", { type: "submit" }, t("start.written")),
                h("button.button.plain", { type: "button", onclick: () => print() },
                    t("start.print"))),
        ], async () => {
            await post("api/start/library");
            joining(place);
        }));
}

function joining(place) {
    step(place, 1,
        h("div.halves",
            form([
                h("hgroup", h("h2", t("start.join_title")), h("p.quiet", t("start.join_text"))),
                field(t("start.server"), "server", {
                    type: "url", required: true, placeholder: "https://",
                }),
                field(t("start.invite"), "invite", { placeholder: "ati1-…" }),
                h("div.row",
                    h("button.button.main", { type: "submit" }, t("start.join")),
                    h("a.button", { href: "works" }, t("start.stay_alone"))),
                h("p.hint", t("start.join_later")),
            ], async (data) => {
                const joined = await post("api/account/join", {
                    server: data.get("server").trim(), invite: data.get("invite").trim(),
                });
                joinedAs(place, joined, !data.get("invite").trim());
            }),
            h("div.halves.tight",
                h("div.stack", h("h3", t("start.sees")), h("ul.stack.quiet",
                    [t("start.sees_keys"), t("start.sees_devices"), t("start.sees_sync"),
                        t("start.sees_fingerprints"), t("start.sees_digests")].map(
                        (text) => h("li", text)))),
                h("div.stack", h("h3", t("start.never")), h("ul.stack",
                    [t("start.never_picture"), t("start.never_style"), t("start.never_sketch"),
                        t("start.never_title")].map((text) => h("li", text)))))));
}

function joinedAs(place, { credits, fingerprint }, isUnchecked) {
    step(place, 2,
        h("hgroup", h("h2", t("start.joined_title")),
            h("p.quiet", t("start.joined_text", { count: credits.usable }))),
        isUnchecked && fingerprint && h("div.banner.wait",
            h("p", t("start.compare")), h("p", h("code", fingerprint))),
        h("div.row", h("a.button.main", { href: "works" }, t("start.add_works"))));
}

/// An account that exists: by its words on paper, or by a device that approves this one.
function restoring(place, state) {
    const back = () => h("button.button.plain", {
        type: "button", onclick: () => begin(place, state),
    }, t("start.back"));
    const server = () => field(t("start.server"), "server", {
        type: "url", required: true, placeholder: "https://",
    });
    step(place, 0, h("div.halves",
        form([
            h("hgroup", h("h2", t("start.restore_title")), h("p.quiet", t("start.restore_text"))),
            server(),
            field(t("start.restore_words"), "words", { rows: 4, required: true }),
            h("div.row", h("button.button.main", { type: "submit" }, t("start.restore")), back()),
        ], async (data) => {
            await post("api/start/restore", {
                server: data.get("server").trim(), words: data.get("words"),
                device_name: state.machine,
            });
            location.assign("account?sync");
        }),
        form([
            h("hgroup", h("h2", t("start.ask_title")), h("p.quiet", t("start.ask_text"))),
            server(),
            field(t("start.account_number"), "account", { required: true }),
            h("div.row", h("button.button.main", { type: "submit" }, t("start.ask"))),
        ], async (data) => {
            const { words } = await post("api/start/request", {
                server: data.get("server").trim(), account: data.get("account").trim(),
                device_name: state.machine,
            });
            waiting(place, words);
        })));
}

function waiting(place, words) {
    step(place, 0,
        h("hgroup", h("h2", t("start.waiting_title")), h("p.quiet", t("start.waiting_text"))),
        h("p.six", { translate: "no" }, words.split(" ").map((word) => h("span", word))),
        h("div.row", h("a.button.main", { href: "account?sync" }, t("start.approved"))));
}
