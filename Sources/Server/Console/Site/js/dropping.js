// A place where files are dropped, beside the button that chooses them.

/** Calls `take` with files that are dropped on an element or chosen in a field. */
export function takeFiles(place, field, take) {
    field.addEventListener("change", () => {
        take([...field.files]);
        field.value = "";
    });
    for (const name of ["dragover", "drop"]) {
        // Beside the place a browser would open the file in place of the page.
        addEventListener(name, (event) => event.preventDefault());
    }
    place.addEventListener("dragover", () => place.classList.add("active"));
    place.addEventListener("dragleave", () => place.classList.remove("active"));
    place.addEventListener("drop", (event) => {
        place.classList.remove("active");
        take([...event.dataTransfer.files]);
    });
}

/** The texts of the page in the reader's language, by name; values stand in braces. */
export function readTexts() {
    const texts = new Map([...document.getElementById("texts").content.querySelectorAll("data")]
        .map((one) => [one.value, one.textContent]));
    return (name, values = {}) => Object.entries(values).reduce(
        (text, [key, value]) => text.replaceAll(`{${key}}`, value), texts.get(name) ?? name);
}
