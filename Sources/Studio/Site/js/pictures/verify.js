// Verify: whether a picture file is a generation of this account.

import { Refusal, refusalBox } from "../api.js";
import { pictureDrop } from "../components/drop.js";
import { fill, h, icon } from "../dom.js";
import { moment, t } from "../messages.js";

/// A place to drop a picture on, and what is known of it.
export function verifyPart() {
    const answer = h("div", { "aria-live": "polite" });
    return h("section.stack.wide", { "aria-labelledby": "verify-title" },
        h("hgroup", h("h2", { id: "verify-title" }, t("pictures.verify")),
            h("p.quiet", t("pictures.verify_hint"))),
        pictureDrop((file) => verify(file, answer)), answer);
}

async function verify(file, answer) {
    fill(answer, h("p.quiet", t("pictures.verifying")));
    try {
        const response = await fetch("api/verify", {
            method: "POST", body: file, headers: { "X-Atelier": "1" },
        });
        const body = await response.json();
        if (!response.ok) throw new Refusal(body.error);
        fill(answer, verdict(file.name, body));
    } catch (error) {
        fill(answer, refusalBox(error));
    }
}

function verdict(name, { verification, mark }) {
    const [style, sign, text] = {
        countersigned: ["good", "check", t("pictures.verdict_countersigned")],
        signed: ["wait", "circle", t("pictures.verdict_signed")],
        altered: ["bad", "cross", t("pictures.verdict_changed")],
        unknown: ["bad", "cross", mark?.generations.length ? t("pictures.verdict_altered")
            : t("pictures.verdict_unknown")],
    }[verification.verdict];
    const artist = verification.generation ? null : verification.picture?.artist;
    const id = verification.generation ?? mark?.generations[0]?.id;
    const when = verification.countersigned_at;
    return h(`div.banner.${style}`, h("div.row", icon(sign), h("strong", name)),
        h("p", artist ? t("pictures.verdict_community", { artist }) : text),
        when && h("p", t("pictures.countersigned_on", { time: moment(when) })),
        id && h("div.row", h("a.button", { href: `pictures?id=${id}` }, t("pictures.show_it"))));
}
