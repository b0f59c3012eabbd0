// What a picture's manifest says, and whether every byte of the file is as it was signed.
//
// Everything in a manifest follows from what it says and from the picture: it is made again here
// and compared, so that whatever does not follow was changed.

import { Malformed, equal, hex, join, sha256, isSigned, utf8 } from "./bytes.js";
import { decode, encode, item, member, pairs, textOf } from "./cbor.js";
import { read as readCertificate } from "./certificate.js";
import { open } from "./containers.js";
import { limits } from "./limits.js";
import * as stores from "./store.js";

const { label } = stores;
const currentForm = 1;
const origins = ["trainedAlgorithmicMedia", "digitalCreation"];
const vocabulary = "http://cv.iptc.org/newscodes/digitalsourcetype/";
const uses = ["cawg.ai_training", "cawg.ai_generative_training"];
const digestPrefix = "urn:sha256:";

/** Reads a file: {state: "none" | "foreign" | "altered" | "intact", reason, credential, leaf}. */
export async function read(file) {
    let place;
    try {
        place = open(file);
    } catch (error) {
        return failure(error, "foreign");
    }
    const bytes = place?.stores[0];
    if (!bytes) return { state: "none", reason: "no-manifest" };
    try {
        const store = stores.read(bytes);
        const evidence = stores.evidence(store);
        if (evidence.form !== currentForm) return { state: "foreign", reason: "version" };
        if (place.stores.length !== 1) throw new Malformed("form");
        return await judged(store, evidence, place, file);
    } catch (error) {
        return failure(error, stores.mentionsEvidence(bytes) ? "altered" : "foreign");
    }
}

function failure(error, state) {
    if (!(error instanceof Malformed)) throw error;
    return { state, reason: state === "foreign" ? "other-program" : error.reason };
}

async function judged(store, evidence, place, file) {
    const wrapped = place.wrapped(stores.encode(store));
    const end = place.offset + wrapped.length;
    if (place.offset < 0 || end > file.length
        || !equal(file.subarray(place.offset, end), wrapped)) throw new Malformed("form");
    const picture = await sha256(join(file.subarray(0, place.offset), file.subarray(end)));
    const { certificates, signature } = readSignature(store.signature);
    const leaf = readCertificate(certificates[0]);
    if (!await isSigned(leaf.key, signature, toBeSigned(store.claim, certificates))) {
        throw new Malformed("signature");
    }
    const credential = credentialIn(store, evidence);
    const expected = await contents(credential, picture, place.offset, wrapped.length);
    if (!isSame(store, expected)) throw new Malformed("picture");
    return { state: "intact", credential, leaf };
}

function isSame(store, expected) {
    return store.name === expected.name && equal(store.claim, expected.claim)
        && store.assertions.length === expected.assertions.length
        && store.assertions.every((one, at) => {
            const other = expected.assertions[at];
            return one.label === other.label && one.kind === other.kind
                && equal(one.bytes, other.bytes);
        });
}

// A COSE_Sign1 with Ed25519 over the claim, which it does not carry (RFC 9052; the chain under
// header 33 by RFC 9360).

function readSignature(bytes) {
    const whole = decode(bytes);
    const parts = whole.type === "tagged" ? whole.value[1].value : [];
    if (parts.length !== 4 || parts[0].type !== "bytes" || parts[3].type !== "bytes") {
        throw new Malformed("form");
    }
    const chain = pairs(decode(parts[0].value)).at(-1)?.[1];
    const certificates = (chain?.type === "array" ? chain.value : [chain])
        .filter((one) => one?.type === "bytes").map((one) => one.value);
    const signature = parts[3].value;
    if (certificates.length < 1 || certificates.length > limits.certificates
        || !equal(signatureBox(certificates, signature), bytes)) throw new Malformed("form");
    return { certificates, signature };
}

function header(certificates) {
    const chain = certificates.map(item.bytes);
    // Algorithm EdDSA, -8.
    return encode(item.map([
        [item.unsigned(1), item.negative(7)],
        [item.unsigned(33), chain.length === 1 ? chain[0] : item.array(chain)],
    ]));
}

const signatureBox = (certificates, signature) => encode(item.tagged(18, item.array([
    item.bytes(header(certificates)), item.map([]), item.simple(22), item.bytes(signature),
])));

const toBeSigned = (claim, certificates) => encode(item.array([
    item.text("Signature1"), item.bytes(header(certificates)), item.bytes(new Uint8Array()),
    item.bytes(claim),
]));

// What the manifest says.

function credentialIn(store, evidence) {
    const claim = decode(store.claim);
    const named = (name) => store.assertions
        .filter((one) => one.label === name || one.label.startsWith(`${name}__`))
        .filter((one) => one.kind === "cbor").map((one) => decode(one.bytes));
    const action = member(named(label.actions)[0], "actions")?.value?.[0];
    const origin = origins.find((one) =>
        vocabulary + one === textOf(action, "digitalSourceType"));
    const info = member(claim, "claim_generator_info");
    const generator = { name: textOf(info, "name"), version: textOf(info, "version") };
    const entries = member(named(label.training)[0], "entries");
    const training = textOf(member(entries, uses[0]), "use");
    if (!origin || generator.name === undefined || generator.version === undefined
        || !["allowed", "notAllowed"].includes(training)) throw new Malformed("form");
    const sources = named(label.ingredient).map(sourceIn).filter(Boolean);
    return {
        title: textOf(claim, "dc:title"), origin, generator, training, evidence,
        sources: sources.slice(0, limits.sources),
    };
}

function sourceIn(ingredient) {
    const [format, digest] = [textOf(ingredient, "dc:format"), textOf(ingredient, "instanceID")];
    if (format === undefined || !digest?.startsWith(digestPrefix)) return null;
    const title = textOf(ingredient, "dc:title");
    return { sha256: digest.slice(digestPrefix.length), title, format };
}

// The same, written again.

async function contents(credential, picture, offset, length) {
    const described = await describe(credential);
    const names = await namesOf(described, picture);
    const exclusion = item.object([
        ["start", item.unsigned(offset)], ["length", item.unsigned(length)]]);
    const assertions = [...described, cborAssertion(label.hash, item.object([
        ["exclusions", item.array([exclusion])], ["alg", item.text("sha256")],
        ["hash", item.bytes(picture)], ["pad", item.bytes(new Uint8Array())],
    ]))];
    const references = await Promise.all(assertions.map(reference));
    const claim = item.object([
        ["instanceID", item.text(names.instance)],
        ["claim_generator_info", generatorItem(credential)],
        ["signature", item.text(`self#jumbf=/c2pa/${names.manifest}/${label.signature}`)],
        ["created_assertions", item.array(references)], ["alg", item.text("sha256")],
        ["dc:title", titleItem(credential)],
    ]);
    return { name: names.manifest, assertions, claim: encode(claim) };
}

async function describe(credential) {
    const ingredients = credential.sources.map((source, index) => cborAssertion(
        label.ingredient + (index === 0 ? "" : `__${index}`), item.object([
            ["relationship", item.text("inputTo")], ["dc:title", titleItem(source)],
            ["dc:format", item.text(source.format)],
            ["instanceID", item.text(digestPrefix + source.sha256)],
        ])));
    const references = await Promise.all(ingredients.map(reference));
    const created = item.object([
        ["action", item.text("c2pa.created")],
        ["digitalSourceType", item.text(vocabulary + credential.origin)],
        ["softwareAgent", generatorItem(credential)],
        ["parameters", references.length > 0
            && item.object([["ingredients", item.array(references)]])],
    ]);
    const use = item.object([["use", item.text(credential.training)]]);
    return [
        cborAssertion(label.actions, item.object([["actions", item.array([created])]])),
        ...ingredients,
        cborAssertion(label.training, item.object([
            ["entries", item.object(uses.map((name) => [name, use]))]])),
        { label: label.evidence, kind: "json", bytes: evidenceBytes(credential.evidence) },
    ];
}

function evidenceBytes(evidence) {
    const members = [
        "authority", "form", "receipt", "server_key", "spend", "works", "works_digest",
    ];
    return utf8(JSON.stringify(Object.fromEntries(
        members.filter((name) => evidence[name] != null).map((name) => [name, evidence[name]]))));
}

const cborAssertion = (name, value) => ({ label: name, kind: "cbor", bytes: encode(value) });
const titleItem = ({ title }) => title !== undefined && item.text(title);
const generatorItem = ({ generator }) => item.object([
    ["name", item.text(generator.name)], ["version", item.text(generator.version)]]);

async function reference(assertion) {
    const superbox = stores.encodeAssertion(assertion);
    return item.object([
        ["url", item.text(`self#jumbf=${label.assertions}/${assertion.label}`)],
        ["hash", item.bytes(await sha256(superbox.subarray(8)))],
    ]);
}

async function namesOf(described, picture) {
    const references = await Promise.all(described.map(reference));
    const digest = await sha256(join(picture, ...references.map(encode)));
    return {
        manifest: `urn:c2pa:${uuid(digest.subarray(0, 16))}`,
        instance: `urn:uuid:${uuid(digest.subarray(16))}`,
    };
}

// A UUID of version 8 (RFC 9562, 5.8).
function uuid(digest) {
    const bytes = digest.slice();
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
