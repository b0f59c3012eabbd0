// The texts of the page in its language, and numbers, dates and sizes as that language writes them.

export const language = document.documentElement.lang || "en";

const answer = await fetch(`messages/${language}.json`, { credentials: "same-origin" });
const texts = answer.ok ? await answer.json() : {};
const plural = new Intl.PluralRules(language);

/// The text of a key. `values` fills each `{name}`; `values.count` chooses the plural form.
export function t(key, values = {}) {
    const entry = texts[key];
    if (entry === undefined) return key;
    const text = typeof entry === "string"
        ? entry : entry[plural.select(Number(values.count ?? 0))] ?? entry.other;
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
        const value = values[name];
        return value === undefined ? whole : typeof value === "number" ? number(value) : value;
    });
}

const wholeNumber = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat(language, { dateStyle: "long" });
const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const monthAndYear = new Intl.DateTimeFormat(language, { month: "long", year: "numeric" });
const enumeration = new Intl.ListFormat(language, { type: "unit" });
const conjunction = new Intl.ListFormat(language, { type: "conjunction" });

/// A number with at most one decimal.
export const number = (value) => wholeNumber.format(value);
/// A part of one as a percentage.
export const percent = (part) => percentage.format(part);
/// The day of a time in RFC 3339.
export const date = (time) => day.format(new Date(time));
/// The day and the time of day of a time in RFC 3339.
export const moment = (time) => dayAndTime.format(new Date(time));
/// The month of a time in RFC 3339.
export const month = (time) => monthAndYear.format(new Date(time));
/// Several facts in one line: "a, b, c".
export const series = (items) => enumeration.format(items);
/// Several texts as one: "a, b and c".
export const list = (items) => conjunction.format(items);

/// A size of a file.
export function bytes(count) {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    let step = 0;
    while (count >= 1000 && step < units.length - 1) {
        count /= 1000;
        step += 1;
    }
    return new Intl.NumberFormat(language, {
        style: "unit", unit: units[step], unitDisplay: step ? "short" : "long",
        maximumFractionDigits: count < 10 && step ? 1 : 0,
    }).format(count);
}

/// A duration in the largest unit that fits: "20 seconds", "3 minutes".
export function duration(seconds) {
    const [unit, value] = seconds < 90 ? ["second", Math.max(1, Math.round(seconds))]
        : seconds < 5400 ? ["minute", Math.round(seconds / 60)]
            : ["hour", Math.round(seconds / 3600)];
    return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" })
        .format(value);
}
