// Shows each time in the reader's zone; the server writes UTC, which stays in the title.

const language = document.documentElement.lang;
const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

export function localize(within) {
    for (const time of within.querySelectorAll("time[datetime]")) {
        const value = new Date(time.dateTime);
        if (!Number.isNaN(value.getTime())) time.textContent = moment.format(value);
    }
}

localize(document);
document.addEventListener("atelier:refreshed", (event) => localize(event.detail));
