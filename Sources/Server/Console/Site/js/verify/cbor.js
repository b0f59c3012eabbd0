// Items of CBOR (RFC 8949): well-formed, bounded in depth and number.
//
// An item is {type, value}: unsigned and negative (argument as BigInt), bytes, text, array, map
// (pairs in their order; a hostile map may hold a key twice), tagged ([tag, item]), simple, float.

import { Cursor, Malformed, big, join, text, utf8 } from "./bytes.js";
import { limits } from "./limits.js";

export const item = {
    unsigned: (number) => ({ type: "unsigned", value: BigInt(number) }),
    negative: (argument) => ({ type: "negative", value: BigInt(argument) }),
    bytes: (value) => ({ type: "bytes", value }),
    text: (value) => ({ type: "text", value }),
    array: (value) => ({ type: "array", value }),
    map: (value) => ({ type: "map", value }),
    tagged: (tag, value) => ({ type: "tagged", value: [BigInt(tag), value] }),
    simple: (value) => ({ type: "simple", value }),
    /** A map with text keys, in this order; members without a value are left out. */
    object: (members) => item.map(
        members.filter(([, value]) => value).map(([key, value]) => [item.text(key), value])),
};

/** Reads one item that takes all of the bytes. */
export function decode(bytes) {
    const reader = { cursor: new Cursor(bytes), left: limits.items };
    const read = next(reader, 0);
    if (reader.cursor.left > 0) throw new Malformed("form");
    return read;
}

/** The pairs of a map, else none; tags are looked through. */
export function pairs(value) {
    while (value?.type === "tagged") value = value.value[1];
    return value?.type === "map" ? value.value : [];
}

/** The first value of a text key; undefined where there is none. */
export const member = (map, key) =>
    pairs(map).find(([name]) => name.type === "text" && name.value === key)?.[1];

/** The text of a member; undefined where there is none. */
export function textOf(map, key) {
    const value = member(map, key);
    return value?.type === "text" ? value.value : undefined;
}

function next(reader, depth) {
    if (depth >= limits.itemDepth || reader.left === 0) throw new Malformed("size");
    reader.left -= 1;
    const { cursor } = reader;
    const first = cursor.number(1);
    const [major, low] = [first >> 5, first & 31];
    if (low === 31) return indefinite(reader, major, depth);
    const argument = argumentOf(cursor, low);
    switch (major) {
    case 0: return item.unsigned(argument);
    case 1: return item.negative(argument);
    case 2: return item.bytes(cursor.take(count(cursor, argument)));
    case 3: return item.text(text(cursor.take(count(cursor, argument))));
    case 4: return item.array(
        Array.from({ length: count(cursor, argument) }, () => next(reader, depth + 1)));
    case 5: return item.map(
        Array.from({ length: count(cursor, argument) }, () => pair(reader, depth + 1)));
    case 6: return { type: "tagged", value: [argument, next(reader, depth + 1)] };
    default: return low < 25
        ? item.simple(Number(argument)) : { type: "float", value: argument };
    }
}

const pair = (reader, depth) => [next(reader, depth), next(reader, depth)];

function argumentOf(cursor, low) {
    if (low < 24) return BigInt(low);
    if (low > 27) throw new Malformed("form");
    return cursor.take(1 << (low - 24)).reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
}

// Each item takes a byte at least: a larger count is a lie.
function count(cursor, argument) {
    if (argument > BigInt(cursor.left)) throw new Malformed("form");
    return Number(argument);
}

function indefinite(reader, major, depth) {
    const { cursor } = reader;
    const parts = [];
    const isEnd = () => cursor.left > 0 && cursor.bytes[cursor.at] === 0xff && cursor.take(1);
    while (!isEnd()) parts.push(major === 5 ? pair(reader, depth + 1) : next(reader, depth + 1));
    if (major === 4) return item.array(parts);
    if (major === 5) return item.map(parts);
    const kind = { 2: "bytes", 3: "text" }[major];
    if (!kind || parts.some((part) => part.type !== kind)) throw new Malformed("form");
    if (major === 3) return item.text(parts.map((part) => part.value).join(""));
    return item.bytes(join(...parts.map((part) => part.value)));
}

/** The item's bytes with lengths in their shortest form; pairs keep their order. */
export function encode({ type, value }) {
    switch (type) {
    case "unsigned": return head(0, value);
    case "negative": return head(1, value);
    case "bytes": return join(head(2, value.length), value);
    case "text": {
        const bytes = utf8(value);
        return join(head(3, bytes.length), bytes);
    }
    case "array": return join(head(4, value.length), ...value.map(encode));
    case "map": return join(head(5, value.length), ...value.flat().map(encode));
    case "tagged": return join(head(6, value[0]), encode(value[1]));
    case "simple": return value < 24 ? Uint8Array.of(0xe0 | value) : Uint8Array.of(0xf8, value);
    default: return join(Uint8Array.of(0xfb), big(value, 8));
    }
}

function head(major, number) {
    const argument = BigInt(number);
    const type = major << 5;
    if (argument < 24n) return Uint8Array.of(type | Number(argument));
    for (const [low, size] of [[24, 1], [25, 2], [26, 4]]) {
        if (argument < 1n << BigInt(size * 8)) {
            return join(Uint8Array.of(type | low), big(argument, size));
        }
    }
    return join(Uint8Array.of(type | 27), big(argument, 8));
}
