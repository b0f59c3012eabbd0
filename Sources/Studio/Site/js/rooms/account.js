// Account: standing, credits, devices, conflicts, cases, safekeeping.

import { get, post, Refusal, refusalBox } from "../api.js";
import { showCases } from "../account/cases.js";
import { showConflicts } from "../account/conflicts.js";
import { showDevices } from "../account/devices.js";
import { safekeeping } from "../account/safekeeping.js";
import { fill, h, s } from "../dom.js";
import { onChange, onJob } from "../events.js";
import { bytes, date, list, moment, t } from "../messages.js";
import { say } from "../sentences.js";

/// Shows the room; `?sync` syncs at once.
export async function show(root) {
    const page = new AccountPage(root);
    await page.refresh();
    onChange(["account", "credits", "generations", "works"], () => page.refresh());
    if (new URLSearchParams(location.search).has("sync")) page.sync();
}

class AccountPage {
    constructor(root) {
        this.about = h("p.quiet", "\u00a0");
        this.synced = h("span.quiet", { role: "status" });
        this.button = h("button.button", { type: "button", onclick: () => this.sync() },
            t("account.sync"));
        const head = document.getElementById("head");
        head.querySelector("hgroup").append(this.about);
        head.append(h("div.row", this.synced, this.button));
        this.refusal = h("div");
        this.standing = h("div");
        this.cases = h("div.stack.wide");
        this.credits = h("div.stack.wide");
        this.devices = h("div.stack.wide");
        this.conflicts = h("div.stack.wide");
        this.storage = h("dl.facts");
        root.append(this.refusal, this.standing, this.cases,
            h("section.halves", { "aria-label": t("account.credits_and_devices") },
                this.credits, this.devices),
            this.conflicts, safekeeping(),
            h("section.stack", h("h2", t("account.storage")), this.storage));
    }

    async refresh() {
        const overview = await get("api/account");
        this.overview = overview;
        const { status } = overview;
        const isJoined = status.server !== "";
        this.button.hidden = !isJoined;
        this.about.textContent = isJoined ? t("account.at", { server: status.server })
            : t("account.alone");
        this.synced.textContent = !isJoined ? ""
            : status.last_sync_at ? t("account.synced", { time: moment(status.last_sync_at) })
                : t("account.never_synced");
        fill(this.standing, this.standingBanner(), this.waitingBanner(),
            status.doubts.map((doubt) => h("div.banner.wait", h("p", doubt.text))));
        this.showCredits();
        this.showStorage();
        showConflicts(this.conflicts);
        if (isJoined) {
            showDevices(this.devices, overview);
            showCases(this.cases);
        } else {
            fill(this.devices, h("h2", t("account.devices")),
                h("p.quiet", t("account.devices_alone")),
                h("p", t("account.number"), " ", h("code", status.account ?? "")));
        }
    }

    /// Why nothing new can be made now, and what to do about it.
    standingBanner() {
        const { standing } = this.overview.status;
        const title = {
            suspended: standing.until
                ? t("account.suspended_until", { day: date(standing.until) })
                : t("account.suspended"),
            paused: t("account.paused"), revoked: t("account.revoked"),
        }[standing.state];
        if (!title) return null;
        const text = {
            suspended: t("account.suspended_text"), paused: t("account.paused_text"),
            revoked: t("account.revoked_text"),
        }[standing.state];
        return h("section.banner.bad.stack", h("h2", title),
            h("p", text, " ", standing.reason && h("code", standing.reason)),
            standing.text && h("blockquote.letter", h("p", standing.text)),
            standing.appeal && h("p.quiet", standing.appeal));
    }

    /// A device that waits for its approval shows its words.
    waitingBanner() {
        const words = this.overview.status.comparison_words;
        if (!words) return null;
        return h("section.banner.wait.stack", h("h2", t("account.waiting_title")),
            h("p.quiet", t("account.waiting_text")),
            h("p.six", { translate: "no" }, words.split(" ").map((word) => h("span", word))));
    }

    showCredits() {
        const { credits, status } = this.overview;
        if (status.server === "") {
            if (this.joining?.contains(document.activeElement)) return;
            fill(this.credits, h("h2", t("account.credits")),
                h("p.quiet", t("account.credits_alone")), this.joining ??= this.joinForm());
            return;
        }
        const count = Math.min(Math.max(credits.granted, credits.usable), 6);
        const swatches = Array.from({ length: count }, (_, place) => s("rect",
            { x: 1 + 140 * place, y: 1, width: 126, height: 86, rx: 8 },
            { class: place < credits.usable ? "left" : null }));
        const facts = [
            [t("account.left_here"), credits.usable_until
                ? t("account.left_until", {
                    count: credits.usable, day: date(credits.usable_until),
                }) : t("account.left_count", { count: credits.usable })],
            [t("account.spent"), t("account.spent_of", {
                count: credits.spent, granted: credits.granted,
            })],
            [t("account.elsewhere"), t("account.elsewhere_count", {
                count: credits.leased_elsewhere,
            })],
        ];
        fill(this.credits, h("h2", t("account.credits")),
            count > 0 && s("svg.tally", {
                viewBox: `0 0 ${140 * count - 12} 88`, role: "img",
                "aria-label": t("account.left_count", { count: credits.usable }),
            }, swatches),
            h("dl.facts", facts.map(([name, value]) => [h("dt", name), h("dd", value)])),
            credits.held > 0 && h("p.banner.wait", t("account.held", { count: credits.held })),
            // A standing that is not good is told above.
            status.standing.state === "good" && !credits.can_generate && credits.why_not
                && h("p.banner.wait", say(credits.why_not)),
            h("p.quiet", t("account.credit_is")));
    }

    joinForm() {
        const refusal = h("div");
        const form = h("form.stack", {
            onsubmit: async (event) => {
                event.preventDefault();
                fill(refusal);
                const data = new FormData(form);
                try {
                    await post("api/account/join", {
                        server: data.get("server").trim(), invite: data.get("invite").trim(),
                    });
                    await this.refresh();
                } catch (error) {
                    fill(refusal, refusalBox(error));
                }
            },
        },
        h("div.field", h("label", { for: "server" }, t("start.server")),
            h("input", { id: "server", name: "server", type: "url", required: true })),
        h("div.field", h("label", { for: "invite" }, t("start.invite")),
            h("input", { id: "invite", name: "invite", placeholder: "ati1-…" })),
        refusal,
        h("div.row", h("button.button.main", { type: "submit" }, t("start.join"))));
        return form;
    }

    showStorage() {
        const { status } = this.overview;
        const row = (name, { count, here, bytes: size }) => [h("dt", name), h("dd", here === count
            ? t("account.stored_here", { count, size: bytes(size) })
            : t("account.stored", { count, here, size: bytes(size) }))];
        fill(this.storage, row(t("works.title"), status.works),
            row(t("styles.title"), status.models),
            row(t("account.pictures_and_sheets"), status.generations),
            status.trash.count > 0 && row(t("works.trash"), status.trash),
            h("dt", t("account.folder")), h("dd", h("code", status.home)));
    }

    async sync() {
        this.button.disabled = true;
        fill(this.refusal);
        this.synced.textContent = t("account.syncing");
        try {
            const { job } = await post("api/account/sync");
            await new Promise((resolve) => {
                onJob(job, (state) => {
                    if (state.state === "running") return;
                    if (state.error) {
                        fill(this.refusal, refusalBox(new Refusal(state.error)));
                    }
                    if (state.result) this.tell(state.result);
                    resolve();
                });
            });
        } catch (error) {
            fill(this.refusal, refusalBox(error));
        }
        this.button.disabled = false;
        await this.refresh();
    }

    tell({ sent, received, settled, messages, letters }) {
        const isNews = sent + received + settled > 0;
        // Letters stand in their cases, below.
        const cases = [...new Set(letters.map(({ number: name }) => String(name)))];
        fill(this.refusal, h("div.banner", { role: "status" },
            h("p", isNews ? t("account.sync_done", { sent, received, settled })
                : t("account.sync_nothing")),
            cases.length > 0 && h("p", t("account.sync_letters", { cases: list(cases) })),
            messages.map((text) => h("blockquote.letter", h("p", text)))));
    }
}
