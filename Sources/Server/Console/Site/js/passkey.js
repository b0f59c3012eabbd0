// Passkeys: makes one by a one-time link or in a session, signs in, and confirms weighty acts.
// Every text is in the page already; this shows the one that fits.

const form = document.getElementById("passkey");
const button = document.getElementById("go");
const act = form.dataset.act;

function say(name) {
    const known = document.querySelector(`[data-said="${CSS.escape(name)}"]`)
        ?? document.querySelector('[data-said="failed"]');
    for (const text of document.querySelectorAll("[data-said]")) text.hidden = text !== known;
}

function bytes(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function base64url(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function post(path, message) {
    const answer = await fetch(path, {
        method: "POST", body: JSON.stringify(message),
        headers: { "Content-Type": "application/json" },
    });
    const reply = await answer.json();
    if (!answer.ok) throw { problem: reply.problem ?? "failed" };
    return reply;
}

async function create(request) {
    const made = await navigator.credentials.create({
        publicKey: {
            challenge: bytes(request.challenge), attestation: "none",
            rp: { id: request.site, name: "Atelier" },
            user: {
                id: bytes(request.userHandle), name: request.name, displayName: request.name,
            },
            pubKeyCredParams: request.algorithms.map((alg) => ({ type: "public-key", alg })),
            excludeCredentials: request.known.map((id) => ({
                type: "public-key", id: bytes(id),
            })),
            authenticatorSelection: { residentKey: "required", userVerification: "required" },
        },
    });
    return {
        clientData: base64url(made.response.clientDataJSON),
        attestation: base64url(made.response.attestationObject),
    };
}

async function sign({ challenge, site }) {
    const used = await navigator.credentials.get({
        publicKey: {
            challenge: bytes(challenge), rpId: site,
            userVerification: "required",
        },
    });
    const { response } = used;
    return {
        id: base64url(used.rawId), clientData: base64url(response.clientDataJSON),
        authenticatorData: base64url(response.authenticatorData),
        signature: base64url(response.signature),
        userHandle: response.userHandle ? base64url(response.userHandle) : null,
    };
}

// The token of the link never reaches the server's log, nor stays in the address.
const link = location.hash.slice(1);
if (link) history.replaceState(null, "", location.pathname + location.search);
let request = null;

const acts = {
    "sign-in": async () => {
        const passkey = await sign(await post("/console/sign-in/begin", {}));
        const reply = await post("/console/sign-in", {
            passkey, next: form.dataset.next,
        });
        location.replace(reply.next);
    },
    welcome: async () => {
        const passkey = await create(request);
        const reply = await post("/console/welcome", { link, passkey });
        location.replace(reply.next);
    },
    add: async () => {
        const passkey = await create(JSON.parse(form.dataset.request));
        const reply = await post("/console/me/passkeys", {
            token: form.elements.token.value, label: form.elements.label.value, passkey,
        });
        location.replace(reply.next);
    },
    confirm: async () => {
        await post("/console/confirm", {
            token: form.elements.token.value, passkey: await sign(form.dataset),
        });
        form.submit();
    },
};

form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say("waiting");
    try {
        await acts[act]();
    } catch (error) {
        if (error?.problem) say(error.problem);
        else if (error?.name === "InvalidStateError") say("known");
        else if (error?.name === "NotAllowedError") say("cancelled");
        else say("failed");
        button.disabled = false;
        button.focus();
    }
});

async function begin() {
    // A passkey is for a name; this machine has one, whatever its number.
    if (/^127\.|^\[::1\]$/.test(location.hostname)) {
        const there = document.getElementById("by-name");
        const hash = link ? `#${link}` : "";
        there.href = `http://localhost:${location.port || 80}${location.pathname}${hash}`;
        return say("address");
    }
    if (!window.isSecureContext || !window.PublicKeyCredential) return say("insecure");
    if (act === "welcome") {
        try {
            request = await post("/console/welcome/begin", { link });
        } catch (error) {
            return say(error?.problem ?? "failed");
        }
        document.getElementById("name").textContent = request.name;
        document.getElementById("who").hidden = false;
    }
    button.hidden = false;
}

begin();
