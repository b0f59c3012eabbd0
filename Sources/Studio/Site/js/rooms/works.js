// Works: the list with adding, finding and the trash; one work by `?id=`.

import { get, post, refusalBox, remove } from "../api.js";
import { openDialog } from "../components/dialog.js";
import { fileButton, takeDrops } from "../components/drop.js";
import { Gallery, tile } from "../components/gallery.js";
import { toast } from "../components/parts.js";
import { tickable, tickAll } from "../components/works.js";
import { fill, freshID, h, s } from "../dom.js";
import { onChange } from "../events.js";
import { date, t } from "../messages.js";
import { Adding } from "../works/adding.js";
import { showWork } from "../works/one.js";
import { Several } from "../works/several.js";

const pageSize = 80;

/// Shows the work of the address, or the list.
export async function show(root) {
    const id = new URLSearchParams(location.search).get("id");
    if (id) await showWork(root, id);
    else await new WorksList(root).start();
}

class WorksList {
    constructor(root) {
        this.root = root;
        this.tag = null;
        this.find = "";
        this.summary = h("p.quiet", "\u00a0");
        this.tags = h("div.row", { role: "group", "aria-label": t("works.by_tag") });
        this.adding = h("section.stack.wide", { "aria-label": t("works.add") });
        this.several = new Several({
            onChange: () => this.showTicks(), onAll: () => tickAll(this.gallery.list),
        });
        this.gallery = new Gallery((after) => this.page(after), (work) => this.item(work),
            { label: t("works.all") });
    }

    async start() {
        const head = document.getElementById("head");
        head.querySelector("hgroup").append(this.summary);
        const add = (files) => this.add(files);
        head.append(h("div.row",
            fileButton(t("works.choose"), add, { accept: "", many: true, classes: ".main" }),
            fileButton(t("works.choose_folder"), add, { accept: "", folder: true }),
            this.ticking = h("button.button.plain", {
                type: "button", hidden: true, onclick: () => this.several.begin(),
            }, t("works.tick")),
            h("button.button.plain", { type: "button", onclick: () => showTrash() },
                t("works.trash"))));
        this.empty = h("div.drop", { hidden: true }, fan(), h("h2", t("works.empty_title")),
            h("p.quiet", t("works.empty_text")));
        this.nothing = h("p.quiet", { hidden: true, role: "status" }, t("works.nothing_found"));
        this.finding = this.findField();
        this.root.append(this.adding, this.empty, this.finding, this.nothing,
            this.gallery.element, this.several.element);
        takeDrops(this.root, add);
        onChange(["works", "work_tags", "models"], () => this.gallery.refresh());
        await this.gallery.more();
    }

    /// A work in the list: a link to it, or something to tick.
    item(work) {
        if (this.several.isOn) {
            return tickable(work, {
                isTicked: this.several.works.has(work.id),
                onTick: (isTicked) => this.several.tick(work, isTicked),
            });
        }
        return tile({
            picture: `api/works/${work.id}/picture?width=320`, of: work, title: work.title,
            href: `works?id=${work.id}`,
            note: work.is_here ? null : t("common.elsewhere", { device: work.device_name }),
        });
    }

    showTicks() {
        const { isOn } = this.several;
        this.ticking.hidden = isOn;
        this.gallery.rebuild();
        (isOn ? this.gallery.list.querySelector("input") : this.ticking)?.focus();
    }

    /// A page of the list; the first one brings the numbers too.
    async page(after) {
        const query = new URLSearchParams({ limit: pageSize });
        if (after) query.set("after", after);
        if (this.tag) query.set("tag", this.tag);
        if (this.find) query.set("find", this.find);
        const answer = await get(`api/works?${query}`);
        if (!after) this.tell(answer);
        return { items: answer.works, next: answer.next ?? null };
    }

    tell({ works, total, tags, styles }) {
        this.summary.textContent = total === 0 ? "\u00a0" : [
            t("works.count", { count: total }),
            styles > 0 ? t("works.learned", { count: styles }) : "",
        ].join(" ");
        this.empty.hidden = total > 0;
        this.finding.hidden = total === 0;
        this.ticking.hidden = total === 0 || this.several.isOn;
        this.nothing.hidden = total === 0 || works.length > 0;
        const chip = (tag, text) => h("button.chip", {
            type: "button", "aria-pressed": String(this.tag === tag),
            onclick: () => this.choose(tag),
        }, text);
        const focused = this.tags.contains(document.activeElement);
        fill(this.tags, chip(null, t("works.all_count", { count: total })),
            tags.slice(0, 24).map(({ tag, count }) => chip(tag, `${tag} ${count}`)));
        if (focused) this.tags.querySelector("[aria-pressed=true]")?.focus();
    }

    choose(tag) {
        this.tag = tag;
        this.gallery.refresh();
    }

    findField() {
        const id = freshID("find");
        let timer = 0;
        return h("div.row", this.tags, h("div.field.end",
            h("label.hidden", { for: id }, t("works.find")),
            h("input", {
                id, type: "search", placeholder: t("works.find"),
                oninput: ({ target }) => {
                    clearTimeout(timer);
                    timer = setTimeout(() => {
                        this.find = target.value.trim();
                        this.gallery.refresh();
                    }, 200);
                },
            })));
    }

    add(files) {
        new Adding(files, this.adding, () => this.gallery.refresh()).ask();
    }
}

/// Three sheets with a hill and a sun, for an empty room.
const fan = () => h("div.fan", { "aria-hidden": "true" }, [
    ["#e9dcc0", "#d99a5b", "#8c9a6b"], ["#cfe0e2", "#f3ead2", "#5f8f7c"],
    ["#d9cfe4", "#f0d9c8", "#7d7fa6"],
].map(([sky, sun, hill]) => s("svg", { viewBox: "0 0 96 72", width: 128, height: 96 },
    s("rect", { width: 96, height: 72, rx: 4, fill: sky }),
    s("circle", { cx: 66, cy: 26, r: 10, fill: sun }),
    s("path", { d: "M0 54C18 38 34 42 50 50S82 56 96 46V68a4 4 0 0 1-4 4H4a4 4 0 0 1-4-4Z",
        fill: hill }))));

/// What was removed in the last 30 days.
async function showTrash() {
    const place = h("div.stack.wide");
    const refresh = async () => {
        const { objects } = await get("api/trash");
        const acts = (object) => [
            h("button.button", {
                type: "button",
                onclick: () => act(() => post(`api/trash/${object.id}/restore`),
                    t("works.restored", { name: object.name })),
            }, t("works.restore")),
            object.kind === "work" && h("a.button.plain", {
                href: `api/trash/${object.id}/certificate`, download: true,
            }, t("works.certificate")),
            h("button.button.plain.bad", {
                type: "button",
                onclick: () => act(() => remove(`api/trash/${object.id}`),
                    t("works.erased", { name: object.name })),
            }, t("works.erase")),
        ];
        fill(place, objects.length === 0 ? h("p.quiet", t("works.trash_empty"))
            : h("ul.stack", objects.map((object) => h("li.row",
                h("span", object.name, h("br"),
                    h("span.hint", t("works.kept_until", { day: date(object.kept_until) }))),
                h("span.row.end", acts(object))))));
    };
    const act = async (send, text) => {
        try {
            await send();
            toast(text);
            await refresh();
        } catch (error) {
            place.prepend(refusalBox(error));
        }
    };
    openDialog(t("works.trash"), h("p.quiet", t("works.trash_text")), place);
    await refresh();
}
