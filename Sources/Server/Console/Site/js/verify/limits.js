// The bounds of what is read from a stranger's file; those of the clients.

export const limits = {
    /** The largest picture that is read. */
    fileBytes: 256 * 1024 * 1024,
    /** The most chunks or segments of one file. */
    chunks: 1 << 20,
    /** The largest manifest store. */
    storeBytes: 64 * 1024 * 1024,
    /** The most manifest stores that are put together. */
    stores: 8,
    boxDepth: 16,
    boxes: 20_000,
    itemDepth: 32,
    items: 100_000,
    evidenceBytes: 64 * 1024,
    certificates: 4,
    sources: 16,
    /** The most items of one sequence of a certificate. */
    derItems: 64,
    /** The longest signed object. */
    compactBytes: 16 * 1024,
};
