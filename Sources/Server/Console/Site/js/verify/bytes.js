// Bytes of a stranger's file: reading beyond their end is an error, never a guess.

/** A manifest, certificate or container that breaks its format; `reason` names a text. */
export class Malformed extends Error {
    constructor(reason) {
        super(reason);
        this.reason = reason;
    }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The bytes of a text as UTF-8. */
export const utf8 = (text) => encoder.encode(text);

/** The text of UTF-8; throws where it is none. */
export function text(bytes) {
    try {
        return decoder.decode(bytes);
    } catch {
        throw new Malformed("form");
    }
}

/** One array of several. */
export function join(...parts) {
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of parts) {
        joined.set(part, offset);
        offset += part.length;
    }
    return joined;
}

/** Whether two arrays hold the same bytes. */
export function equal(first, second) {
    return first.length === second.length && first.every((byte, index) => byte === second[index]);
}

/** A number as `count` bytes, big-endian; up to 2^53. */
export function big(number, count) {
    const bytes = new Uint8Array(count);
    for (let index = count - 1, rest = BigInt(number); index >= 0; index -= 1, rest >>= 8n) {
        bytes[index] = Number(rest & 255n);
    }
    return bytes;
}

/** Lowercase hexadecimal. */
export const hex = (bytes) =>
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The bytes of lowercase hexadecimal of a length; throws for anything else. */
export function fromHex(digits, count) {
    if (typeof digits !== "string" || !/^[0-9a-f]*$/.test(digits) || digits.length !== count * 2) {
        throw new Malformed("form");
    }
    return Uint8Array.from(
        { length: count }, (_, at) => parseInt(digits.slice(at * 2, at * 2 + 2), 16));
}

/** Base64 with the URL alphabet and no padding (RFC 4648, 5). */
export function base64url(bytes) {
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Its bytes; throws for every other spelling. */
export function fromBase64url(digits) {
    if (typeof digits !== "string" || !/^[A-Za-z0-9_-]*$/.test(digits) || digits.length % 4 === 1) {
        throw new Malformed("form");
    }
    const binary = atob(digits.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    if (base64url(bytes) !== digits) throw new Malformed("form");
    return bytes;
}

/** SHA-256. */
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** Whether an Ed25519 key of 32 bytes made a signature. */
export async function isSigned(key, signature, message) {
    if (key.length !== 32 || signature.length !== 64) return false;
    let known;
    try {
        known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    } catch (error) {
        if (error.name === "NotSupportedError") throw error;
        return false;
    }
    return crypto.subtle.verify("Ed25519", known, signature, message);
}

/** Whether this browser can check signatures: only on pages by TLS or of this machine. */
export async function canVerify() {
    if (!globalThis.crypto?.subtle) return false;
    try {
        await crypto.subtle.importKey("raw", fromHex(basePoint, 32), "Ed25519", false, ["verify"]);
        return true;
    } catch {
        return false;
    }
}

// The curve's base point (RFC 8032, 5.1), a key that every implementation takes.
const basePoint = "58" + "66".repeat(31);

/** A position in bytes. */
export class Cursor {
    constructor(bytes) {
        this.bytes = bytes;
        this.at = 0;
    }

    get left() {
        return this.bytes.length - this.at;
    }

    take(count) {
        if (!(count >= 0 && count <= this.left)) throw new Malformed("form");
        this.at += count;
        return this.bytes.subarray(this.at - count, this.at);
    }

    /** An unsigned integer of at most 8 bytes; throws beyond 2^53, which no file here needs. */
    number(count) {
        const value = this.take(count).reduce((sum, byte) => sum * 256 + byte, 0);
        if (!Number.isSafeInteger(value)) throw new Malformed("form");
        return value;
    }

    textBeforeZero() {
        const end = this.bytes.indexOf(0, this.at);
        if (end < 0) throw new Malformed("form");
        const read = text(this.bytes.subarray(this.at, end));
        this.at = end + 1;
        return read;
    }
}
