// The page of rights: fingerprints are computed in a worker, and they alone are sent.

import { readTexts, takeFiles } from "../dropping.js";
import { lowestQuality } from "../pdq.js";
import { FingerprintReader } from "./reader.js";
import { ask, send, show } from "./protocol.js";

const element = (id) => document.getElementById(id);
const say = readTexts();
const { dataset } = element("ask");
const most = Number(dataset.pictures);
const reader = new FingerprintReader();
const pictures = [];
const waiting = [];
let isWorking = false;
let done = 0;
let nextNumber = 1;

takeFiles(element("drop"), element("files"), (files) => {
    const room = most - pictures.length;
    for (const file of files.slice(0, room)) add(file);
    if (files.length > room) element("status").textContent = say("most", { count: most });
    work();
});

function add(file) {
    const picture = { number: nextNumber, file, reading: null, address: URL.createObjectURL(file) };
    nextNumber += 1;
    const card = element("answer").content.cloneNode(true).firstElementChild;
    picture.card = card;
    card.querySelector("img").src = picture.address;
    card.querySelector("h3").textContent = file.name;
    card.querySelector("p").textContent = say("reading", { name: file.name });
    card.querySelector("[data-act=claim]").hidden = true;
    card.querySelector("[data-act=claim]").addEventListener("click", () => {
        element("claim-picture").value = picture.number;
        element("statement").focus();
        element("claim").scrollIntoView();
    });
    card.querySelector("[data-act=remove]").addEventListener("click", () => remove(picture));
    element("before").hidden = true;
    element("answers").append(card);
    pictures.push(picture);
    waiting.push(picture);
}

function remove(picture) {
    URL.revokeObjectURL(picture.address);
    pictures.splice(pictures.indexOf(picture), 1);
    if (waiting.includes(picture)) waiting.splice(waiting.indexOf(picture), 1);
    picture.card.remove();
    element("before").hidden = pictures.length > 0;
    list();
    element("files").focus();
}

async function work() {
    if (isWorking) return;
    isWorking = true;
    const progress = element("progress");
    progress.hidden = false;
    while (waiting.length > 0) {
        const picture = waiting.shift();
        progress.max = done + waiting.length + 1;
        progress.value = done;
        element("status").textContent = say("reading", { name: picture.file.name });
        picture.reading = await reader.read(picture.file);
        await inquire(picture);
        done += 1;
        list();
    }
    progress.hidden = true;
    element("status").textContent = say("done", { count: done });
    done = 0;
    isWorking = false;
}

async function inquire(picture) {
    const { reading } = picture;
    let answer = "unreadable";
    let problem = null;
    if (reading && reading.quality < lowestQuality) answer = "little";
    else if (reading) ({ answer, problem } = await ask(reading));
    const { card, file } = picture;
    card.querySelector("h3").textContent = say(problem ? "unasked" : answer);
    const text = problem ? say(problem) : say(`${answer}-text`, { name: file.name });
    card.querySelector("p").textContent = text;
    card.dataset.answer = problem ? "unasked" : answer;
    card.querySelector("h3").className = answer === "near" ? "wait" : "";
    card.querySelector("[data-act=claim]").hidden = !isUsable(picture);
}

const isUsable = ({ reading }) => reading !== null && reading.quality >= lowestQuality;

// Which pictures both forms are about.
function list() {
    const usable = pictures.filter(isUsable);
    const places = element("reserve-form").querySelector("[data-list]");
    const unchecked = [...places.querySelectorAll("input:not(:checked)")].map((box) => box.value);
    places.replaceChildren(...usable.map((picture) => {
        const label = document.createElement("label");
        const box = document.createElement("input");
        label.className = "check";
        box.type = "checkbox";
        box.name = "picture";
        box.value = picture.number;
        box.checked = !unchecked.includes(String(picture.number));
        label.append(box, picture.file.name);
        return label;
    }));
    element("reserve-form").querySelector("[data-none]").hidden = usable.length > 0;
    const choice = element("claim-picture");
    const chosen = choice.value;
    choice.replaceChildren(...(usable.length > 0
        ? usable.map((picture) => new Option(picture.file.name, picture.number))
        : [new Option(say("need-picture"), "")]));
    if (usable.some((picture) => String(picture.number) === chosen)) choice.value = chosen;
}

const readings = (numbers) =>
    pictures.filter((picture) => numbers.includes(String(picture.number)) && isUsable(picture));

// What is wrong with a form is said in words at its end, and the field that it is about gets the
// focus.
function onSubmit(form, body) {
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const place = form.querySelector("[data-problem]");
        const button = form.querySelector("[type=submit]");
        place.hidden = true;
        button.disabled = true;
        try {
            const wrong = await body(new FormData(form));
            if (wrong) {
                place.textContent = say(wrong.problem);
                place.hidden = false;
                const field = wrong.field ? `[name=${wrong.field}]` : "[type=submit]";
                form.querySelector(field).focus();
            } else {
                form.reset();
            }
        } finally {
            button.disabled = false;
        }
    });
}

const isTooLong = (text, limit) => new TextEncoder().encode(text).length > Number(limit);

function isLink(text) {
    return URL.canParse(text) && ["https:", "http:"].includes(new URL(text).protocol)
        && !isTooLong(text, dataset.linkBytes);
}

onSubmit(element("reserve-form"), async (form) => {
    const chosen = readings(form.getAll("picture"));
    const contact = form.get("contact").trim();
    const link = form.get("link").trim();
    if (chosen.length === 0) return { problem: "need-picture" };
    if (!contact) return { problem: "need-contact", field: "contact" };
    if (link && !isLink(link)) return { problem: "need-link", field: "link" };
    if (!form.get("own")) return { problem: "need-own", field: "own" };
    const { problem, code } = await send("/v1/rights/reservations", {
        pictures: chosen.map((picture) => picture.reading), contact, ...(link ? { link } : {}),
    });
    if (problem) return { problem };
    tell("reserve-sent", code);
    return null;
});

onSubmit(element("claim-form"), async (form) => {
    const [picture] = readings([form.get("picture")]);
    const statement = form.get("statement").trim();
    const contact = form.get("contact").trim();
    const links = form.get("links").split(/\s+/).filter(Boolean);
    const isShown = form.get("show") === "yes";
    if (!picture) return { problem: "need-picture", field: "picture" };
    if (!statement) return { problem: "need-statement", field: "statement" };
    if (isTooLong(statement, element("statement").maxLength)) {
        return { problem: "need-length", field: "statement" };
    }
    if (!contact) return { problem: "need-contact", field: "contact" };
    if (links.length > Number(dataset.links) || !links.every(isLink)) {
        return { problem: "need-link", field: "links" };
    }
    if (isShown && picture.file.size > Number(dataset.shownBytes)) return { problem: "need-small" };
    const { problem, code } = await send(
        "/v1/rights/claims", { reading: picture.reading, statement, contact, links });
    if (problem) return { problem };
    const note = isShown ? (await show(picture.file, code) ? "shown" : "not-shown") : null;
    tell("claim-sent", code, note);
    return null;
});

function tell(title, code, note = null) {
    element("sent-title").textContent = say(title);
    element("code").replaceChildren(...code.match(/.{4}/g).map((group) => {
        const part = document.createElement("span");
        part.textContent = group;
        return part;
    }));
    element("code-field").value = code;
    element("sent-note").hidden = note === null;
    element("sent-note").textContent = note ? say(note) : "";
    element("copied").textContent = "";
    element("sent").hidden = false;
    element("sent").focus();
}

element("copy").addEventListener("click", async () => {
    await navigator.clipboard.writeText(element("code-field").value);
    element("copied").textContent = say("copied");
});
