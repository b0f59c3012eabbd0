// What is asked of the server: the routes that anybody may use.

const problems = [
    "too-many", "malformed", "limit-reached", "service-closed", "too-large",
];

/** Whether a picture is near a registered work: its answer, or the problem. */
export async function ask(reading) {
    const { problem, value } = await post("/v1/rights/inquiries", { reading });
    if (problem) return { answer: "none", problem };
    return { answer: value.match === "too-little-detail" ? "little" : value.match, problem };
}

/** Sends a claim or a request for reservations: its code, or the problem. */
export async function send(path, body) {
    const { problem, value } = await post(path, body);
    return { problem, code: value?.code };
}

/** Shows moderators the picture of a claim; whether they have it now. */
export async function show(file, code) {
    try {
        const answer = await fetch(`/v1/rights/claims/${code}/picture`, {
            method: "PUT", body: file, headers: { "Content-Type": "application/octet-stream" },
        });
        return answer.ok;
    } catch {
        return false;
    }
}

async function post(path, body) {
    try {
        const answer = await fetch(path, {
            method: "POST", body: JSON.stringify(body),
            headers: { "Content-Type": "application/json" },
        });
        const value = await answer.json();
        if (answer.ok) return { problem: null, value };
        const kind = String(value.type).split(":").at(-1);
        return { problem: problems.includes(kind) ? kind : "failed" };
    } catch {
        return { problem: "failed" };
    }
}
