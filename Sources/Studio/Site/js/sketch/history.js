// What undo takes back and redo does again.

import { historyBytes } from "./limits.js";

/// Steps that were done. A step is `{undo(), redo(), bytes}`.
export class History {
    constructor(onChange = () => {}) {
        this.done = [];
        this.undone = [];
        this.bytes = 0;
        this.onChange = onChange;
    }

    get canUndo() { return this.done.length > 0; }
    get canRedo() { return this.undone.length > 0; }

    /// Notes a step that has been done; what was undone cannot be done again after it.
    add(step) {
        for (const { bytes } of this.undone) this.bytes -= bytes;
        this.undone = [];
        this.done.push(step);
        this.bytes += step.bytes;
        while (this.bytes > historyBytes && this.done.length > 1) {
            this.bytes -= this.done.shift().bytes;
        }
        this.onChange();
    }

    undo() {
        const step = this.done.pop();
        if (!step) return;
        step.undo();
        this.undone.push(step);
        this.onChange();
    }

    redo() {
        const step = this.undone.pop();
        if (!step) return;
        step.redo();
        this.done.push(step);
        this.onChange();
    }
}
