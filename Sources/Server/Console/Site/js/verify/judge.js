// Judges a picture file by this server's key: what `atelier verify` says, said in a browser.

import { Malformed, fromBase64url, fromHex, hex, sha256 } from "./bytes.js";
import { isGiven, read as readCertificate } from "./certificate.js";
import { digest, unverified, verified } from "./jws.js";
import { read } from "./manifest.js";

const unknown = (reason) => ({ verdict: "unknown", reason });

/**
 * Judges a whole file, which may be hostile.
 *
 * @param {Uint8Array} file
 * @param {{key: string, now: number, revocations: ?object}} server its key in hexadecimal; the
 *     present in milliseconds; its list of revocations, null where it is not known.
 * @returns the members of `picture` in `atelier verify --json`; `reason` names a text.
 */
export async function judge(file, { key: known, now, revocations = null }) {
    const { state, reason, credential, leaf } = await read(file);
    if (state === "altered") return { verdict: "altered", reason };
    if (state !== "intact") return unknown(reason);
    const { evidence } = credential;
    if (!/^[0-9a-f]{64}$/.test(evidence.server_key ?? "")) return unknown("no-server");
    if (evidence.server_key !== known) return unknown("other-server");
    const key = fromHex(known, 32);
    const root = await rootOf(evidence, key);
    if (!root) return unknown("root");
    let receipt = null;
    if (evidence.receipt != null) {
        receipt = await verified(evidence.receipt, "atelier-receipt+jws", key);
        if (!receipt || !await fits(receipt, credential, leaf)) return unknown("receipt");
    }
    // The artist may have joined with this device after the server countersigned.
    const moment = receipt ? Math.max(receipt.time, leaf.start) : now;
    if (!await isGiven(leaf, root.certificate, moment)) return unknown("signer");
    if (revocations?.roots.has(root.number)) return unknown("root-revoked");
    const device = hex((await sha256(leaf.key)).subarray(0, 16));
    const revoked = revocations?.devices.get(device);
    if (revoked !== undefined && receipt?.time > revoked) return unknown("device-revoked");
    return { ...await verdict(credential, leaf, receipt), revoked };
}

async function rootOf(evidence, key) {
    const payload = await verified(evidence.authority, "atelier-root+jws", key);
    try {
        if (payload === null) return null;
        const certificate = readCertificate(fromBase64url(payload.certificate));
        return { number: payload.number, certificate };
    } catch (error) {
        if (error instanceof Malformed) return null;
        throw error;
    }
}

// Whether a receipt that the server signed is about this picture and this artist.
async function fits(receipt, { origin, evidence }, leaf) {
    if (origin !== "trainedAlgorithmicMedia" || receipt.account !== leaf.unit
        || !Number.isSafeInteger(receipt.time)
        || (receipt.works != null && receipt.works !== evidence.works)) return false;
    // Another device of the account may have spent the credit: its order is not here then.
    if (evidence.spend == null) return true;
    const spend = unverified(evidence.spend, "atelier-spend+jws");
    // The server has verified the order whose digest it signed.
    return spend !== null && await digest(evidence.spend) === receipt.spend
        && spend.body === receipt.body && spend.parts?.works === evidence.works_digest;
}

async function verdict(credential, leaf, receipt) {
    const { evidence, title, origin, training, sources } = credential;
    const spend = evidence.spend == null ? undefined : await digest(evidence.spend);
    return {
        verdict: receipt ? "countersigned" : "signed", reason: "",
        artist: leaf.name, account: leaf.unit, origin, title, training,
        works: evidence.works ?? undefined, works_digest: evidence.works_digest ?? undefined,
        sources: sources.map(({ sha256, title: name }) => ({ sha256, title: name })),
        server_key: evidence.server_key,
        receipt: receipt ? await digest(evidence.receipt) : undefined,
        spend: receipt?.spend ?? spend,
        countersigned: receipt?.time,
    };
}

/**
 * How a receipt stands now: `good`, `disputed`, `withdrawn`, `revoked-device`; null for unknown.
 */
export async function standing(receipt, known) {
    const answer = await fetch(`/v1/receipts/${receipt}/status`, { cache: "no-store" });
    if (!answer.ok) return null;
    const { status } = await answer.json();
    const payload = await verified(status, "atelier-receipt-status+jws", fromHex(known, 32));
    return payload?.receipt === receipt ? payload.standing : null;
}
