// What the library and its long work tell the page, over one stream of server-sent events.

import { get, post } from "./api.js";

const listeners = { changed: new Set(), job: new Set() };
let source = null;
let refetches = new Set();

function open() {
    if (source) return;
    source = new EventSource("api/events");
    for (const kind of Object.keys(listeners)) {
        source.addEventListener(kind, (event) => {
            const data = JSON.parse(event.data);
            for (const listener of [...listeners[kind]]) listener(data);
        });
    }
    // After a gap in the stream, what happened meanwhile is asked for once.
    let wasOpen = false;
    source.addEventListener("open", () => {
        if (wasOpen) for (const refetch of refetches) refetch();
        wasOpen = true;
    });
    addEventListener("pagehide", () => source.close());
}

/// Calls back, at most once in 200 ms, after a table of the library was written by anybody.
export function onChange(tables, callback) {
    open();
    let timer = 0;
    const soon = () => {
        if (timer) return;
        timer = setTimeout(() => {
            timer = 0;
            callback();
        }, 200);
    };
    const listener = (data) => {
        if (data.tables.some((table) => tables.includes(table))) soon();
    };
    listeners.changed.add(listener);
    refetches.add(soon);
    return () => {
        listeners.changed.delete(listener);
        refetches.delete(soon);
    };
}

/// Calls back with each state of a job until it has ended.
export function onJob(id, callback) {
    open();
    let ended = false;
    const take = (job) => {
        if (ended || job.id !== id) return;
        if (job.state !== "running") close();
        callback(job);
    };
    const ask = () => get(`api/jobs/${id}`).then(take, () => {});
    const close = () => {
        ended = true;
        listeners.job.delete(take);
        refetches.delete(ask);
    };
    listeners.job.add(take);
    refetches.add(ask);
    ask();
    return close;
}

/// The jobs of a kind that are running, the newest last.
export async function runningJobs(...kinds) {
    const { jobs } = await get("api/jobs");
    return jobs.filter((job) => kinds.includes(job.kind) && job.state === "running");
}

/// Asks a job to stop.
export const stopJob = (id) => post(`api/jobs/${id}/stop`);
