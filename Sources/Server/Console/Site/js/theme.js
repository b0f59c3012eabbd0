// The switch of the theme: automatic, light, dark. The server writes the chosen one into the page,
// so that nothing flashes; without this script the system's theme holds.

const themes = ["automatic", "light", "dark"];
const year = 365 * 24 * 3600;
const root = document.documentElement;
const button = document.getElementById("theme");

function name() {
    button.textContent = button.dataset[root.dataset.theme ?? themes[0]];
}

button.addEventListener("click", () => {
    const now = themes.indexOf(root.dataset.theme ?? themes[0]);
    const next = themes[(now + 1) % themes.length];
    if (next === themes[0]) delete root.dataset.theme;
    else root.dataset.theme = next;
    const value = next === themes[0] ? "" : next;
    document.cookie = `theme=${value}; Path=/; SameSite=Strict; Max-Age=${value ? year : 0}`;
    name();
});
button.hidden = false;
name();
