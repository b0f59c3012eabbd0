// Signed objects: JWS compact serialization (RFC 7515) with Ed25519 (RFC 8037). The header must be,
// byte for byte, the one that the kind fixes.

import { Malformed, base64url, fromBase64url, hex, isSigned, sha256, text, utf8 } from "./bytes.js";
import { limits } from "./limits.js";

/** The payload, where the key signed it; else null. */
export async function verified(compact, type, key) {
    try {
        const { payload, signature, input } = parts(compact, type);
        return await isSigned(key, signature, utf8(input)) ? payload : null;
    } catch (error) {
        if (error instanceof Malformed) return null;
        throw error;
    }
}

/** The payload, whoever signed it; null where it is of another kind. */
export function unverified(compact, type) {
    try {
        return parts(compact, type).payload;
    } catch {
        return null;
    }
}

/** SHA-256 of the compact text, by which other objects name it. */
export const digest = async (compact) => hex(await sha256(utf8(compact)));

function parts(compact, type) {
    if (typeof compact !== "string" || utf8(compact).length > limits.compactBytes) {
        throw new Malformed("form");
    }
    const [header, body, signature, ...others] = compact.split(".");
    const wanted = base64url(utf8(`{"alg":"EdDSA","typ":"${type}"}`));
    if (others.length > 0 || signature === undefined || header !== wanted) {
        throw new Malformed("form");
    }
    let payload;
    try {
        payload = JSON.parse(text(fromBase64url(body)));
    } catch {
        throw new Malformed("form");
    }
    if (typeof payload !== "object" || payload === null) throw new Malformed("form");
    return { payload, signature: fromBase64url(signature), input: `${header}.${body}` };
}
