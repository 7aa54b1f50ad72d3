// Passkeys: the device itself shows who its holder is. Nothing of the finger or the face leaves it.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export async function preparePasskey(place, csrf) {
  const button = place.querySelector("[data-passkey-start]");
  const say = (state) => {
    for (const words of place.querySelectorAll("[data-state]")) words.hidden = words.dataset.state !== state;
    button.hidden = !["ready", "failed"].includes(state);
  };
  const able = await window.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable?.().catch(() => false);
  say(able ? "ready" : "unsupported");
  const act = place.dataset.passkey === "make" ? make : signIn;
  button.addEventListener("click", async () => {
    say("working");
    try {
      location.assign(await act(place, csrf));
    } catch (error) {
      say(error.name === "InvalidStateError" ? "known" : "failed");
    }
  });
}

async function make(place, csrf) {
  const url = place.dataset.url;
  const publicKey = await send(`${url}/borja`, {}, csrf);
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.user.id = bytes(publicKey.user.id);
  for (const known of publicKey.excludeCredentials) known.id = bytes(known.id);
  const made = await navigator.credentials.create({ publicKey });
  const { clientDataJSON, attestationObject } = made.response;
  const response = { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) };
  const name = place.querySelector("input").value;
  return (await send(url, { answer: answer(made, response), name }, csrf)).to;
}

async function signIn(place, csrf) {
  const url = place.dataset.url;
  const publicKey = await send(`${url}/borja`, {}, csrf);
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.allowCredentials = [];
  const found = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  const response = {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle && text(userHandle),
  };
  return (await send(url, { answer: answer(found, response), next: place.dataset.next }, csrf)).to;
}

const answer = ({ id, rawId, type }, response) => ({ id, rawId: text(rawId), type, response });

async function send(url, body, csrf) {
  const reply = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(reply.status);
  return reply.json();
}
