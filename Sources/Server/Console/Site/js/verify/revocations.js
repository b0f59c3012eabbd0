// The server's signed list of keys and roots that it no longer vouches for.

import { Malformed, fromBase64url, fromHex, hex, sha256 } from "./bytes.js";
import { verified } from "./jws.js";

/** 1 byte of the kind, 16 of the device or the root's number, 8 of milliseconds since 1970. */
const entryBytes = 25;

/** Asks for the list: {devices, roots}, each a map to the first time; null where there is none. */
export async function fetchRevocations(key) {
    try {
        const answer = await fetch("/v1/provenance/revocations");
        return answer.ok ? await readRevocations(await answer.json(), key) : null;
    } catch {
        return null;
    }
}

/** Reads a list that the server's key signed; null for any other. */
export async function readRevocations(list, key) {
    const head = await verified(list.head, "atelier-revocations+jws", fromHex(key, 32));
    try {
        const bytes = fromBase64url(list.entries);
        if (head === null || bytes.length !== head.number * entryBytes
            || hex(await sha256(bytes)) !== head.entries) return null;
        return entries(bytes);
    } catch (error) {
        if (error instanceof Malformed) return null;
        throw error;
    }
}

function entries(bytes) {
    const found = { devices: new Map(), roots: new Map() };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += entryBytes) {
        const isRoot = bytes[at] === 2;
        const name = isRoot
            ? Number(view.getBigUint64(at + 9)) : hex(bytes.subarray(at + 1, at + 17));
        const time = Number(view.getBigUint64(at + 17));
        const map = isRoot ? found.roots : found.devices;
        map.set(name, Math.min(map.get(name) ?? time, time));
    }
    return found;
}
