// What the program says in English, in the page's language: its sentences are known by their form.

import { language } from "./messages.js";

/// Values that are words of the program; names, titles and paths stay as they are.
const words = new Set([
    "reason", "what", "how", "part", "kind", "field", "words", "remedy", "until", "path",
]);
/// Sentences within sentences that are looked at.
const deepest = 4;

const answer = language === "en" ? null
    : await fetch(`messages/${language}.sentences.json`, { credentials: "same-origin" });
const forms = (answer?.ok ? await answer.json() : []).map(([english, own]) => ({
    own,
    names: [...english.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    form: new RegExp(`^${english.split(/\{\w+\}/).map(RegExp.escape ?? escaped).join("(.*?)")}$`,
        "s"),
    // The form with the most text of its own is tried first.
    weight: english.replace(/\{\w+\}/g, "").length,
})).sort((first, second) => second.weight - first.weight);

function escaped(text) {
    return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/// The text by the form that it has; null where no form is known.
function whole(text, depth) {
    for (const { own, names, form } of forms) {
        const found = form.exec(text);
        if (!found) continue;
        const values = Object.fromEntries(names.map((name, place) => [name, found[place + 1]]));
        return own.replace(/\{(\w+)\}/g, (_, name) => (words.has(name) && depth < deepest
            ? translated(values[name], depth + 1) : values[name]));
    }
    return null;
}

/// The text sentence by sentence; what is not known stays.
function translated(text, depth) {
    const known = whole(text, depth);
    if (known !== null) return known;
    // The longest beginning that is known, then the rest.
    const ends = [...text.matchAll(/[.”"] /g)].map(({ index }) => index + 1).reverse();
    for (const end of ends) {
        const first = whole(text.slice(0, end), depth);
        if (first !== null) {
            const gap = language === "ja" ? "" : " ";
            return `${first}${gap}${translated(text.slice(end + 1), depth)}`;
        }
    }
    const end = ends.at(-1);
    return end === undefined ? text
        : `${text.slice(0, end)} ${translated(text.slice(end + 1), depth)}`;
}

/// A text of the program, as the page shows it.
export const say = (text) => (text && forms.length ? translated(text, 0) : text);
