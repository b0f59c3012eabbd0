// The frame around every room: theme, language, credits; then the room itself.

import { refusalBox, get } from "./api.js";
import { fill, s } from "./dom.js";
import { onChange } from "./events.js";
import { language, t } from "./messages.js";

const themes = ["automatic", "light", "dark"];
const year = 365 * 24 * 3600;

function remember(name, value) {
    document.cookie = `${name}=${value}; Path=/; SameSite=Strict; Max-Age=${value ? year : 0}`;
}

function connectTheme() {
    const button = document.getElementById("theme");
    const names = {
        automatic: t("shell.theme_automatic"), light: t("shell.theme_light"),
        dark: t("shell.theme_dark"),
    };
    const root = document.documentElement;
    button.addEventListener("click", () => {
        const now = themes.indexOf(root.dataset.theme ?? themes[0]);
        const next = themes[(now + 1) % themes.length];
        if (next === themes[0]) delete root.dataset.theme;
        else root.dataset.theme = next;
        remember("theme", next === themes[0] ? "" : next);
        button.textContent = names[next];
    });
    button.textContent = names[root.dataset.theme ?? themes[0]];
}

/// The links change the language and nothing else of the address.
function connectLanguages() {
    for (const link of document.querySelectorAll("#languages a")) {
        const address = new URL(location.href);
        address.searchParams.set("lang", link.lang);
        link.href = address.href;
        if (link.lang === language) link.setAttribute("aria-current", "true");
    }
}

/// Credits as swatches: filled when left.
async function showCredits() {
    const link = document.getElementById("credits");
    try {
        const { usable = 0, granted = usable } = await get("api/account/credits");
        const count = Math.min(Math.max(granted, usable), 6);
        const swatches = Array.from({ length: count }, (_, place) => s(
            "rect", { x: 1 + 20 * place, y: 1, width: 16, height: 16, rx: 4 },
            { class: place < usable ? "left" : null }));
        fill(link,
            count > 0 && s("svg", { viewBox: `0 0 ${20 * count - 2} 18`, "aria-hidden": "true" },
                swatches),
            usable === granted
                ? t("shell.credits", { count: usable })
                : t("shell.credits_of", { count: granted, left: usable }));
    } catch {
        fill(link);
    }
}

connectTheme();
connectLanguages();
if (document.body.dataset.room !== "start") {
    showCredits();
    onChange(["credits", "generations", "grants", "spends"], showCredits);
}

const room = document.getElementById("room");
try {
    const { show } = await import(`./rooms/${document.body.dataset.room}.js`);
    await show(room);
} catch (error) {
    room.append(refusalBox(error));
}
