// The devices of the account: approving one by its six words, revoking a lost one.

import { get, post, refusalBox, remove } from "../api.js";
import { ask } from "../components/dialog.js";
import { effects, toast } from "../components/parts.js";
import { fill, h } from "../dom.js";
import { date, moment, t } from "../messages.js";

/// The form is made once: what is being typed in it is kept while the list is read anew.
let form = null;

/// Shows the devices in a place.
export async function showDevices(place, overview) {
    const refusal = h("div");
    const title = h("h2", t("account.devices"));
    if (!place.childElementCount) fill(place, title, h("p.quiet", t("account.loading")));
    let answer;
    try {
        answer = await get("api/account/devices");
    } catch (error) {
        fill(place, title, refusalBox(error));
        return;
    }
    const { devices, is_current: isCurrent, can_approve: canApprove } = answer;
    if (form?.contains(document.activeElement)) return;
    const again = () => showDevices(place, overview);
    fill(place, title,
        !isCurrent && h("p.hint", t("account.devices_old")),
        h("ul.stack", devices.map((device) => h("li.row",
            h("span", device.is_this ? t("account.this_device", { name: device.name })
                : device.name, h("br"), h("span.hint", device.is_this
                ? t("account.since", { day: date(device.certified_at) })
                : t("account.seen", { time: moment(device.last_seen_at) }))),
            device.is_revoked && h("span.chip.bad", t("account.is_revoked")),
            canApprove && !device.is_this && !device.is_revoked && h("button.button.plain.bad.end", {
                type: "button", onclick: () => revoke(device, refusal, again),
            }, t("account.revoke"))))),
        refusal,
        canApprove ? (form ??= approval(again)) : h("p.quiet", t("account.cannot_approve")),
        h("p.hint", t("account.number"), " ", h("code", overview.status.account ?? "")));
}

/// The words are typed, not confirmed by a click: that compares the keys of both devices.
function approval(again) {
    const refusal = h("div");
    const element = h("form.card.stack", {
        onsubmit: async (event) => {
            event.preventDefault();
            fill(refusal);
            try {
                const device = await post("api/account/devices", {
                    words: new FormData(element).get("words"),
                });
                toast(t("account.approved", { name: device.name }));
                element.reset();
                document.activeElement.blur();
                await again();
            } catch (error) {
                fill(refusal, refusalBox(error));
            }
        },
    },
    h("h3", t("account.approve_title")), h("p.quiet", t("account.approve_text")),
    h("div.field", h("label", { for: "words" }, t("account.six_words")),
        h("input", {
            id: "words", name: "words", required: true, autocomplete: "off",
            autocapitalize: "none", spellcheck: "false", translate: "no",
        })),
    refusal,
    h("div.row", h("button.button.main", { type: "submit" }, t("account.approve"))));
    return element;
}

async function revoke(device, refusal, again) {
    const answer = await ask(t("account.revoke_title", { name: device.name }),
        effects(null, [
            t("account.revoke_gets_nothing"), t("account.revoke_keeps"), t("account.revoke_final"),
        ]), [{ text: t("account.revoke_yes"), value: true, kind: "bad" }]);
    if (!answer) return;
    try {
        await remove(`api/account/devices/${device.id}`);
        toast(t("account.revoke_done", { name: device.name }));
        await again();
    } catch (error) {
        fill(refusal, refusalBox(error));
    }
}
