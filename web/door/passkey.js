// Forms that ask the device for a passkey: the answer goes along in a hidden field. Without a
// script, or where the browser knows no passkeys, the form says so when it comes back.

import { submit, submitter } from "../kit/kit.js";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const decoded = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

// asked is what the device is asked, of what the server wrote as JSON.
function asked({ publicKey }) {
  const key = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  if (key.excludeCredentials) key.excludeCredentials = decoded(key.excludeCredentials);
  if (key.allowCredentials) key.allowCredentials = decoded(key.allowCredentials);
  return { publicKey: key };
}

// answer is what the device says, as JSON for the server.
function answer(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response,
    clientExtensionResults: made.getClientExtensionResults(),
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const field = form.elements.credential;
  const said = form.querySelector("[data-said]");
  let busy = false;
  form.addEventListener("submit", async (e) => {
    if (field.value || !window.PublicKeyCredential) return;
    e.preventDefault();
    if (busy) return;
    busy = true;
    said.textContent = "";
    const button = submitter(e);
    const options = asked(JSON.parse(form.dataset.passkey));
    try {
      const made = await (options.publicKey.user
        ? navigator.credentials.create(options)
        : navigator.credentials.get(options));
      field.value = answer(made);
    } catch (why) {
      said.textContent = why.name === "InvalidStateError" ? said.dataset.there : said.dataset.said;
    }
    busy = false;
    if (field.value) submit(form, button);
  });
}
