// Keeps what a page shows up to date: `data-live="cases"` (or `acts`, or `events` with `data-case`)
// on the element whose content the server renders anew. What somebody types is never replaced: then
// a button offers the news instead.

const region = document.querySelector("[data-live]");
const news = document.getElementById("news");
const kind = region?.dataset.live;
let known = null;
let source = null;
let typed = false;

async function refresh() {
    // The server does not count this as use of the session.
    const answer = await fetch(location.href, { headers: { "Atelier-Live": "1" } });
    if (!answer.ok || answer.redirected) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-live]");
    if (!next) return location.reload();
    const focused = document.activeElement?.id;
    region.replaceChildren(...next.childNodes);
    if (focused) document.getElementById(focused)?.focus();
    for (const element of document.querySelectorAll("[data-live-text]")) {
        const other = page.querySelector(`[data-live-text="${element.dataset.liveText}"]`);
        if (other) element.textContent = other.textContent;
    }
    news.hidden = true;
    document.dispatchEvent(new CustomEvent("atelier:refreshed", { detail: region }));
}

function told(event) {
    const value = JSON.parse(event.data)[kind];
    const isFirst = known === null;
    if (value === known) return;
    known = value;
    if (isFirst) return;
    if (typed || region.contains(document.activeElement)) news.hidden = false;
    else refresh();
}

function watch() {
    // A hidden page holds no connection: a browser has only six for one server.
    if (document.hidden) {
        source?.close();
        source = null;
        return;
    }
    const query = region.dataset.case ? `?case=${encodeURIComponent(region.dataset.case)}` : "";
    source ??= new EventSource(`/console/events${query}`);
    source.addEventListener("console", told);
}

if (region && news) {
    region.addEventListener("input", () => { typed = true; });
    document.querySelector("#news button").addEventListener("click", () => {
        typed = false;
        refresh();
    });
    document.addEventListener("visibilitychange", watch);
    watch();
}
