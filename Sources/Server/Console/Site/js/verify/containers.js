// Where PNG and JPEG files keep a manifest store.
// C2PA 2.1, A.3: one `caBX` chunk in PNG, APP11 segments in JPEG.

import { Cursor, Malformed, big, equal, join, utf8 } from "./bytes.js";
import { limits } from "./limits.js";

const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const latin = new TextDecoder("latin1");

/**
 * The file's stores, and how one has to stand in it: `offset`, and `wrapped(store)`.
 *
 * @returns {{stores: Uint8Array[], offset: number, wrapped: function}} nil for other formats.
 */
export function open(file) {
    if (equal(file.subarray(0, 8), pngSignature)) return png(file);
    if (equal(file.subarray(0, 3), Uint8Array.of(0xff, 0xd8, 0xff))) return jpeg(file);
    return null;
}

function png(file) {
    const cursor = new Cursor(file);
    cursor.take(8);
    const stores = [];
    let offset = -1;
    for (let count = 0; cursor.left >= 12 && count < limits.chunks; count += 1) {
        const length = cursor.number(4);
        const type = latin.decode(cursor.take(4));
        if (length + 4 > cursor.left) break;
        const body = cursor.take(length);
        cursor.take(4);
        if (count === 0 && type === "IHDR") offset = cursor.at;
        if (type === "caBX" && stores.length < limits.stores) stores.push(body);
        if (type === "IEND") break;
    }
    return { stores, offset, wrapped: (store) => chunk("caBX", store) };
}

function chunk(type, body) {
    const content = join(utf8(type), body);
    return join(big(body.length, 4), content, big(checksum(content), 4));
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) {
        value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    }
    return value;
});

// CRC-32 of PNG, annex D.
function checksum(bytes) {
    let sum = 0xffffffff;
    for (const byte of bytes) sum = table[(sum ^ byte) & 255] ^ (sum >>> 8);
    return (sum ^ 0xffffffff) >>> 0;
}

/** What a segment takes of a store, less than its length field can count. */
const segmentBytes = 65_533 - 2 - 2 - 4 - 8;

function jpeg(file) {
    const parts = new Map();
    let offset = 2;
    let isFirst = true;
    for (const { marker, start, end } of segments(file)) {
        isFirst &&= marker === 0xe0 || marker === 0xe1;
        if (isFirst) offset = end;
        if (marker === 0xeb) addPart(file.subarray(start + 4, end), parts);
    }
    const instances = [...parts.keys()].sort((first, second) => first - second);
    return {
        stores: instances.slice(0, limits.stores).map((instance) => joined(parts.get(instance))),
        offset, wrapped: inSegments,
    };
}

function* segments(file) {
    let position = 2;
    for (let count = 0; count < limits.chunks; ) {
        let start = file.indexOf(0xff, position);
        while (start >= 0 && start + 1 < file.length
            && (file[start + 1] === 0 || file[start + 1] === 0xff)) {
            start = file.indexOf(0xff, start + 1);
        }
        if (start < 0 || start + 1 >= file.length) return;
        const marker = file[start + 1];
        if (marker === 0xd9) return;
        if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
            position = start + 2;
            continue;
        }
        if (start + 4 > file.length) return;
        const length = file[start + 2] * 256 + file[start + 3];
        const end = start + 2 + length;
        if (length < 2 || end > file.length) return;
        yield { marker, start, end };
        count += 1;
        position = end;
    }
}

// ISO/IEC 18477-3, B.2: `JP`, an instance, a sequence number, then a part of a box.
function addPart(body, parts) {
    if (body.length < 16 || latin.decode(body.subarray(0, 2)) !== "JP") return;
    if (latin.decode(body.subarray(12, 16)) !== "jumb") return;
    const cursor = new Cursor(body);
    cursor.take(2);
    const instance = cursor.number(2);
    const sequence = cursor.number(4);
    if (!parts.has(instance)) parts.set(instance, []);
    parts.get(instance).push({ sequence, bytes: body.subarray(8) });
}

// Every part after the first repeats the box's header.
function joined(parts) {
    const sorted = parts.toSorted((first, second) => first.sequence - second.sequence);
    const size = sorted.reduce((sum, part) => sum + part.bytes.length, 0);
    if (size > limits.storeBytes) throw new Malformed("size");
    return join(...sorted.map(({ bytes }, index) => {
        if (index === 0) return bytes;
        return bytes.subarray(equal(bytes.subarray(0, 4), Uint8Array.of(0, 0, 0, 1)) ? 16 : 8);
    }));
}

function inSegments(store) {
    const header = store.subarray(0, 8);
    const rest = store.subarray(8);
    const pieces = [];
    for (let start = 0; start === 0 || start < rest.length; start += segmentBytes) {
        const body = join(
            utf8("JP"), big(1, 2), big(pieces.length + 1, 4), header,
            rest.subarray(start, start + segmentBytes));
        pieces.push(join(Uint8Array.of(0xff, 0xeb), big(body.length + 2, 2), body));
    }
    return join(...pieces);
}
