// Backup, plain export, changes on a stick, the check of every file.

import { get, post, refusalBox, upload } from "../api.js";
import { fileButton } from "../components/drop.js";
import { askFolder } from "../components/folder.js";
import { effects, toast } from "../components/parts.js";
import { fill, h, icon } from "../dom.js";
import { bytes, t } from "../messages.js";
import { say } from "../sentences.js";

/// The cards of the section.
export function safekeeping() {
    return h("section.quarters", { "aria-label": t("account.safekeeping") }, backup(), plain(),
        bundle(), health());
}

const backup = () => h("div.stack", h("h3", t("account.backup")),
    h("p.quiet", t("account.backup_text")),
    effects(null, [t("account.backup_holds"), t("account.backup_keys")]),
    h("div.row", h("a.button", { href: "api/account/backup", download: true },
        t("account.make_backup"))));

const plain = () => h("div.stack", h("h3", t("account.export")),
    h("p.quiet", t("account.export_text")),
    h("div.row", h("button.button", { type: "button", onclick: () => askExport() },
        t("account.export_choose"))));

/// What is written is told first, with the folder.
const askExport = () => askFolder({
    title: t("account.export"), plan: () => get("api/account/export"),
    about: (plan) => ({
        below: effects(t("account.export_written"), [
            t("account.export_works", { count: plan.works }),
            t("account.export_pictures", { count: plan.pictures }),
            t("account.export_lists"),
            plan.elsewhere > 0 && t("account.export_elsewhere", { count: plan.elsewhere }),
            t("account.export_not"),
        ].filter(Boolean), t("account.export_size", { size: bytes(plan.bytes) })),
    }),
    button: t("account.export_write"), path: "api/account/export",
    progress: t("account.exporting"),
    done: ({ pictures, folder }) => toast(
        t("account.exported", { count: pictures, folder })),
});

function bundle() {
    const refusal = h("div");
    return h("div.stack", h("h3", t("account.bundle")), h("p.quiet", t("account.bundle_text")),
        refusal,
        h("div.row",
            h("a.button", { href: "api/account/bundle", download: true },
                t("account.bundle_write")),
            fileButton(t("account.bundle_read"), async ([file]) => {
                fill(refusal);
                try {
                    const query = new URLSearchParams({ filename: file.name });
                    const { changes } = await upload(`api/account/bundle?${query}`, file);
                    toast(t("account.bundle_done", { count: changes }));
                } catch (error) {
                    fill(refusal, refusalBox(error));
                }
            }, { accept: "" })));
}

function health() {
    const result = h("div.stack", { role: "status" });
    const button = h("button.button", { type: "button" }, t("account.check"));
    const examine = async (repairs) => {
        button.disabled = true;
        fill(result, h("p.quiet", t("account.checking")));
        try {
            const report = await post(`api/account/doctor${repairs ? "?repair=1" : ""}`);
            fill(result, ...findings(report, () => examine(true)));
        } catch (error) {
            fill(result, refusalBox(error));
        }
        button.disabled = false;
    };
    button.addEventListener("click", () => examine(false));
    return h("div.stack", h("h3", t("account.health")), h("p.quiet", t("account.health_text")),
        result, h("div.row", button));
}

function findings({ findings: all, files_checked: count }, repair) {
    if (all.length === 0) {
        return [h("p.row", h("span.chip.good", icon("check"), t("account.well")),
            t("account.files_checked", { count }))];
    }
    const open = all.filter((finding) => !finding.is_repaired);
    return [
        h("ul.stack", all.map((finding) => h("li.row",
            h(`span.chip.${finding.is_repaired ? "good" : "bad"}`,
                icon(finding.is_repaired ? "check" : "cross"),
                finding.is_repaired ? t("account.repaired") : t("account.found")),
            h("span", say(finding.text))))),
        open.length > 0 && h("div.row", h("button.button", { type: "button", onclick: repair },
            t("account.repair"))),
    ];
}
