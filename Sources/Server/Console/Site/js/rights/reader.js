// Reads fingerprints in a worker, one picture at a time; one that takes too long is given up.

/** The largest file that is read, in bytes. */
const fileBytes = 64 * 1024 * 1024;
/** How long one picture may take, in milliseconds. */
const patience = 60_000;

export class FingerprintReader {
    #worker = null;
    #number = 0;

    /** The reading of a picture; null where it cannot be read. */
    async read(file) {
        if (file.size > fileBytes) return null;
        this.#worker ??= new Worker("/site/js/rights/worker.js", { type: "module" });
        const worker = this.#worker;
        const id = this.#number += 1;
        const reading = await new Promise((resolve) => {
            const clock = setTimeout(() => resolve(undefined), patience);
            const end = (value) => {
                clearTimeout(clock);
                resolve(value);
            };
            worker.onmessage = ({ data }) => data.id === id && end(data.reading);
            worker.onerror = () => end(undefined);
            worker.postMessage({ id, file });
        });
        if (reading === undefined) {
            worker.terminate();
            this.#worker = null;
        }
        return reading ?? null;
    }
}
