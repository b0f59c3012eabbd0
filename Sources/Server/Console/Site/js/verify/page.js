// The page on which anybody checks a picture. The file is read here and goes nowhere; the server
// is asked how a receipt stands, by the receipt's digest.

import { readTexts, takeFiles } from "../dropping.js";
import { canVerify } from "./bytes.js";
import { judge, standing } from "./judge.js";
import { limits } from "./limits.js";
import { fetchRevocations } from "./revocations.js";

const element = (id) => document.getElementById(id);
const say = readTexts();
const { key } = element("verify").dataset;
const moment = new Intl.DateTimeFormat(
    document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
let address = null;
let turn = 0;

if (await canVerify()) {
    takeFiles(element("drop"), element("file"), ([file]) => file && check(file));
} else {
    element("unable").hidden = false;
    element("file").disabled = true;
}
document.documentElement.dataset.ready = "";

async function check(file) {
    turn += 1;
    const own = turn;
    preview(file);
    element("verdicts").replaceChildren(paragraph(say("reading")));
    if (file.size > limits.fileBytes) {
        return element("verdicts").replaceChildren(paragraph(say("too-large")));
    }
    let found;
    try {
        const bytes = new Uint8Array(await file.arrayBuffer());
        found = await judge(
            bytes, { key, now: Date.now(), revocations: await fetchRevocations(key) });
    } catch {
        return element("verdicts").replaceChildren(paragraph(say("unreadable")));
    }
    if (own !== turn) return;
    const card = element(`verdict-${found.verdict}`).content.cloneNode(true).firstElementChild;
    const facts = card.querySelector("dl");
    for (const [name, value] of factsOf(found)) addFact(facts, name, value);
    element("verdicts").replaceChildren(card);
    // The whole answer, for programs that drive a browser.
    element("verdicts").dataset.found = JSON.stringify(found);
    if (found.receipt) {
        const state = await standing(found.receipt, key).catch(() => null);
        if (own === turn) addFact(facts, say("status"), say(`status-${state ?? "unknown"}`));
    }
}

function preview(file) {
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    element("picture").src = address;
    element("view").hidden = false;
    element("name").textContent = file.name;
}

function* factsOf(found) {
    if (found.reason) yield [say("found"), say(`reason-${found.reason}`)];
    if (found.origin === undefined) return;
    if (found.countersigned) yield [say("when"), moment.format(found.countersigned)];
    yield [say("artist"), found.artist];
    if (found.account) yield [say("account"), found.account];
    if (found.title) yield [say("picture-title"), found.title];
    yield [say("made"), say(`made-${found.origin}`)];
    if (found.works !== undefined) yield [say("works"), String(found.works)];
    for (const source of found.sources) {
        yield [say("source"), source.title ?? `${source.sha256.slice(0, 16)}…`];
    }
    yield [say("training"), say(`training-${found.training}`)];
    if (found.revoked) yield [say("revoked"), moment.format(found.revoked)];
}

function addFact(list, name, value) {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    text.textContent = value;
    list.append(term, text);
}

function paragraph(text) {
    const made = document.createElement("p");
    made.textContent = text;
    return made;
}
