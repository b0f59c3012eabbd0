// A C2PA manifest store with one manifest, in the one form that Atelier writes.
//
// What is read is written again and compared, so that a byte which this form does not explain is
// refused. Boxes by ISO/IEC 19566-5 (2023); the store by C2PA 2.1, 11.1.

import { Cursor, Malformed, big, equal, fromHex, join, text, utf8 } from "./bytes.js";
import { limits } from "./limits.js";

export const label = {
    assertions: "c2pa.assertions", claim: "c2pa.claim.v2", signature: "c2pa.signature",
    actions: "c2pa.actions.v2", ingredient: "c2pa.ingredient.v3",
    training: "cawg.training-mining", hash: "c2pa.hash.data",
    evidence: "local.atelier.evidence",
};

const typeSuffix = fromHex("00110010800000aa00389b71", 12);

/** Reads a store: {name, assertions: [{label, kind, bytes}], claim, signature}. */
export function read(bytes) {
    const stores = boxes(bytes, 0, { left: limits.boxes });
    const manifest = stores.length === 1 && stores[0].children?.length === 1
        ? stores[0].children[0] : null;
    const parts = manifest?.children ?? [];
    const labels = [label.assertions, label.claim, label.signature];
    if (parts.length !== 3 || parts.some((part, at) => part.label !== labels[at])) {
        throw new Malformed("form");
    }
    const store = {
        name: manifest.label,
        assertions: (parts[0].children ?? []).map(assertion).filter(Boolean),
        claim: content(parts[1], "cbor"), signature: content(parts[2], "cbor"),
    };
    if (!store.claim || !store.signature || !equal(encode(store), bytes)) {
        throw new Malformed("form");
    }
    return store;
}

/** The store's bytes. */
export function encode({ name, assertions, claim, signature }) {
    return superbox("c2pa", "c2pa", superbox(
        "c2ma", name,
        superbox("c2as", label.assertions, ...assertions.map(encodeAssertion)),
        superbox("c2cl", label.claim, box("cbor", claim)),
        superbox("c2cs", label.signature, box("cbor", signature))));
}

/** The superbox of an assertion. */
export const encodeAssertion = ({ label: name, kind, bytes }) =>
    superbox(kind, name, box(kind, bytes));

function assertion(found) {
    for (const kind of ["cbor", "json"]) {
        const bytes = content(found, kind);
        if (bytes) return { label: found.label, kind, bytes };
    }
    return null;
}

const content = (found, type) =>
    (found.children ?? []).find((child) => child.type === type && !child.children)?.bytes;

function boxes(bytes, depth, budget) {
    if (depth >= limits.boxDepth) throw new Malformed("size");
    const cursor = new Cursor(bytes);
    const found = [];
    while (cursor.left > 0) {
        if (budget.left === 0) throw new Malformed("size");
        budget.left -= 1;
        const { type, body } = nextBox(cursor);
        if (type !== "jumb") {
            found.push({ type, bytes: body });
            continue;
        }
        const inner = new Cursor(body);
        const description = nextBox(inner);
        if (description.type !== "jumd") throw new Malformed("form");
        const children = boxes(inner.take(inner.left), depth + 1, budget);
        found.push({ type, label: labelOf(description.body), children });
    }
    return found;
}

function nextBox(cursor) {
    const length = cursor.number(4);
    const name = cursor.take(4);
    const type = String.fromCharCode(...name);
    if (length === 0) return { type, body: cursor.take(cursor.left) };
    if (length !== 1) return { type, body: cursor.take(length - 8) };
    return { type, body: cursor.take(cursor.number(8) - 16) };
}

function labelOf(description) {
    const cursor = new Cursor(description);
    cursor.take(16);
    return cursor.number(1) & 2 ? cursor.textBeforeZero() : "";
}

const box = (type, body) => join(big(body.length + 8, 4), utf8(type), body);

function superbox(type, name, ...children) {
    const description = join(
        utf8(type), typeSuffix, Uint8Array.of(3), utf8(name), Uint8Array.of(0));
    return box("jumb", join(box("jumd", description), ...children));
}

/** Whether bytes that have no form of ours look as if they once had. */
export function mentionsEvidence(bytes) {
    const wanted = join(utf8(label.evidence), Uint8Array.of(0));
    for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
        if (equal(bytes.subarray(at, at + wanted.length), wanted)) return true;
    }
    return false;
}

/** What the server knows of the picture, as the device wrote it. */
export function evidence({ assertions }) {
    const found = assertions.find((one) => one.label === label.evidence);
    if (found?.kind !== "json" || found.bytes.length > limits.evidenceBytes) {
        throw new Malformed("form");
    }
    let value;
    try {
        value = JSON.parse(text(found.bytes));
    } catch {
        throw new Malformed("form");
    }
    const isText = (member) => value[member] == null || typeof value[member] === "string";
    const isNumber = (member) => value[member] == null || Number.isSafeInteger(value[member]);
    if (typeof value !== "object" || value === null || !Number.isSafeInteger(value.form)
        || !isNumber("works")
        || !["authority", "receipt", "server_key", "spend", "works_digest"].every(isText)) {
        throw new Malformed("form");
    }
    return value;
}
