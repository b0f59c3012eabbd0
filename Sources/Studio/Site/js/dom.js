// Builds elements. Text is always put in as text, never read as markup.

const shorthand = /^([a-z0-9]+)((?:\.[\w-]+)*)$/i;

function build(create, selector, rest) {
    const [, tag, classes] = shorthand.exec(selector);
    const element = create(tag);
    if (classes) element.setAttribute("class", classes.slice(1).replaceAll(".", " "));
    for (const part of rest.flat(Infinity)) {
        if (part === null || part === undefined || part === false) continue;
        if (part instanceof Node || typeof part !== "object") element.append(part);
        else for (const [name, value] of Object.entries(part)) set(element, name, value);
    }
    return element;
}

function set(element, name, value) {
    if (value === undefined || value === null || value === false) return;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
}

/// An HTML element: `h("div.card", {hidden: true, onclick: act}, "text", child, [children])`.
export const h = (selector, ...rest) =>
    build((tag) => document.createElement(tag), selector, rest);

/// An SVG element, made the same way.
export const s = (selector, ...rest) =>
    build((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag), selector, rest);

const paths = {
    brush: "M4 20c2.5 0 4-1 4-3.2 0-1.4-1-2.3-2.2-2.3s-2.2.9-2.2 2.300c0 1.5-.6 2.5-1.6 3"
        + "M8 14.5 19.5 3.500a1.7 1.7 0 0 1 2.3 2.300L10.5 17",
    line: "M5 19 19 5M3.5 20.500h.01M20.5 3.500h.01",
    fill: "M5 12 12 5l8 8-6.5 6.500a2 2 0 0 1-2.8 0L5 13.800a1.3 1.3 0 0 1 0-1.800Z"
        + "M12 5 9.5 2.500M5.5 13h14",
    eraser: "M9 20h11M5 15.5 14.5 6a2 2 0 0 1 2.8 0l2.7 2.700a2 2 0 0 1 0 2.800L12 19.5 9 20"
        + "l-4-4ZM10 10.500l5.5 5.5",
    pick: "M4 20l1-4 9-9 3 3-9 9-4 1ZM13 6l2-2a2 2 0 0 1 3 0l2 2a2 2 0 0 1 0 3l-2 2",
    move: "M8 11V6a1.5 1.5 0 0 1 3 0v4V4.500a1.5 1.5 0 0 1 3 0V10V6a1.5 1.5 0 0 1 3 0v8"
        + "a6 6 0 0 1-6 6c-3 0-4.5-1.5-6-4l-2-3.500c-.5-1 .8-2 1.7-1L8 13",
    undo: "M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
    redo: "m16 5 4 4-4 4M20 9H10a6 6 0 0 0 0 12h3",
    picture: "M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
    eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"
        + "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
    closed: "M2.5 12s3.5 5 9.5 5 9.5-5 9.5-5M6 16l-1.5 2.500M12 17v3M18 16l1.5 2.5",
    plus: "M12 5v14M5 12h14",
    minus: "M6 12h12",
    up: "m6 15 6-6 6 6",
    down: "m6 9 6 6 6-6",
    left: "m15 6-6 6 6 6",
    right: "m9 6 6 6-6 6",
    cross: "m6 6 12 12M18 6 6 18",
    check: "m5 12.5 4.5 4.500L19 7.5",
    circle: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z",
    sheet: "M6 3h8l4 4v14H6ZM14 3v4h4M12 11v6M9 14h6",
    fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
    bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
};

/// An icon by its name; it is decoration, so what it stands for needs words of its own.
export const icon = (name, classes = "icon") =>
    s("svg", { class: classes, viewBox: "0 0 24 24", "aria-hidden": "true" },
        s("path", { d: paths[name] }));

/// Puts children in the place of all that an element holds.
export function fill(element, ...children) {
    element.replaceChildren(...children.flat(Infinity).filter((child) => child ?? false));
    return element;
}

let ids = 0;

/// An id that no other element of the page has.
export const freshID = (stem = "id") => `${stem}-${++ids}`;
