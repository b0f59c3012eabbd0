// What is read of X.509 certificates (RFC 5280; Ed25519 by RFC 8410; DER by ITU-T X.690).

import { Cursor, Malformed, equal, fromHex, isSigned, text } from "./bytes.js";
import { limits } from "./limits.js";

const oid = {
    commonName: fromHex("550403", 3), organisation: fromHex("55040a", 3),
    unit: fromHex("55040b", 3), ed25519: fromHex("2b6570", 3),
    basicConstraints: fromHex("551d13", 3), keyUsage: fromHex("551d0f", 3),
    extendedKeyUsage: fromHex("551d25", 3), emailProtection: fromHex("2b06010505070304", 8),
};

/**
 * Reads a certificate.
 *
 * @returns {{signed, signature, issuer, subject, start, end, name, unit, key, isAuthority, usage,
 *     signsMail}} times in milliseconds since 1970; `usage` its first byte; undefined where it
 *     says nothing.
 */
export function read(der) {
    const [whole, ...others] = items(der);
    if (whole?.tag !== 0x30 || others.length > 0) throw new Malformed("certificate");
    const [signed, algorithm, signature] = items(whole.body);
    const fields = items(signed?.body ?? der);
    // The version is optional; then serial number, algorithm, issuer, validity, subject, key.
    if (fields[0]?.tag === 0xa0) fields.shift();
    if (fields.length < 6 || signature?.tag !== 0x03 || !isEd25519(algorithm)) {
        throw new Malformed("certificate");
    }
    const [start, end] = items(fields[3].body).map(time);
    const info = items(fields[5].body);
    const extensions = extensionsOf(fields.slice(6));
    const name = attribute(oid.commonName, fields[4]) ?? attribute(oid.organisation, fields[4]);
    if (!isEd25519(info[0]) || info[1]?.body.length !== 33) throw new Malformed("certificate");
    return {
        signed: signed.whole, signature: signature.body.subarray(1), issuer: fields[2].whole,
        subject: fields[4].whole, start, end, name: name ?? "",
        unit: attribute(oid.unit, fields[4]) ?? "", key: info[1].body.subarray(1), ...extensions,
    };
}

/** Whether a root gave a certificate for signing pictures, and both were valid at a time. */
export async function isGiven(leaf, root, moment) {
    const isValid = (one) => one.start <= moment && moment <= one.end;
    return isValid(leaf) && isValid(root) && leaf.isAuthority === false
        && (leaf.usage & 0x80) !== 0 && leaf.signsMail === true && (root.usage & 0x04) !== 0
        && equal(root.subject, leaf.issuer) && isSigned(root.key, leaf.signature, leaf.signed);
}

/** The items of DER that take all of the bytes. */
function items(bytes) {
    const cursor = new Cursor(bytes);
    const found = [];
    while (cursor.left > 0) {
        if (found.length >= limits.derItems) throw new Malformed("certificate");
        const start = cursor.at;
        const tag = cursor.number(1);
        let length = cursor.number(1);
        if (length >= 0x80) {
            if (length < 0x81 || length > 0x84) throw new Malformed("certificate");
            length = cursor.number(length & 0x7f);
        }
        const body = cursor.take(length);
        found.push({ tag, body, whole: bytes.subarray(start, cursor.at) });
    }
    return found;
}

const isEd25519 = (algorithm) =>
    algorithm !== undefined && equal(items(algorithm.body)[0]?.body ?? [], oid.ed25519);

function attribute(identifier, name) {
    for (const set of items(name.body)) {
        for (const pair of items(set.body)) {
            const [kind, value] = items(pair.body);
            if (value && equal(kind.body, identifier)) return text(value.body);
        }
    }
    return undefined;
}

// UTCTime or GeneralizedTime, in UTC with seconds (RFC 5280, 4.1.2.5).
function time({ tag, body }) {
    const digits = text(body);
    const century = digits < "50" ? "20" : "19";
    const year = tag === 0x17 ? century + digits.slice(0, 2) : digits.slice(0, 4);
    const rest = digits.slice(tag === 0x17 ? 2 : 4);
    if (![0x17, 0x18].includes(tag) || !/^\d{10}Z$/.test(rest) || !/^\d{4}$/.test(year)) {
        throw new Malformed("certificate");
    }
    const [month, day, hour, minute, second] = rest.match(/\d\d/g).map(Number);
    return Date.UTC(Number(year), month - 1, day, hour, minute, second);
}

function extensionsOf(fields) {
    const found = {};
    const list = fields.find((field) => field.tag === 0xa3);
    for (const extension of list ? items(items(list.body)[0].body) : []) {
        const parts = items(extension.body);
        const value = parts.at(-1).body;
        if (equal(parts[0].body, oid.basicConstraints)) {
            found.isAuthority = items(items(value)[0].body)[0]?.tag === 0x01;
        } else if (equal(parts[0].body, oid.keyUsage)) {
            found.usage = items(value)[0].body[1] ?? 0;
        } else if (equal(parts[0].body, oid.extendedKeyUsage)) {
            found.signsMail = items(items(value)[0].body)
                .some((use) => equal(use.body, oid.emailProtection));
        }
    }
    return found;
}
