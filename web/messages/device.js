// Lets this browser show notifications while Loa is closed; see worker.js for what it does with them.

const section = document.querySelector("#device"),
  { key, here } = section.dataset,
  button = document.querySelector("#device > button"),
  able = isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window,
  apple = /iPhone|iPad/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

// say shows one of the sentences; the button stands beside those that it can change.
function say(name) {
  for (const part of section.querySelectorAll("[data-case]")) part.hidden = part.dataset.case !== name;
  button.hidden = ["on", "unsupported", "install", "denied"].includes(name);
}

async function begin() {
  if (!able) return say(apple && !navigator.standalone ? "install" : "unsupported");
  const registered = await navigator.serviceWorker.getRegistration("/"),
    sub = await registered?.pushManager.getSubscription();
  if (here === undefined) await sub?.unsubscribe(); // it was of a session that has ended
  say(here === undefined ? "off" : sub ? "on" : "lost");
}

// subscribe asks the browser's push service, then the server.
async function subscribe() {
  await navigator.serviceWorker.register("/worker.js", { updateViaCache: "all" });
  const registered = await navigator.serviceWorker.ready,
    old = await registered.pushManager.getSubscription();
  await old?.unsubscribe(); // it may be of another key, or of somebody else
  const sub = await registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const { endpoint, keys } = sub.toJSON();
  const answer = await fetch("/api/v1/me/device", {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ endpoint, keys }),
  });
  if (answer.ok) return location.replace("/me/messages");
  await sub.unsubscribe();
  const said = section.querySelector("#refused");
  said.textContent = (await answer.json()).detail;
  said.hidden = false;
}

// bytes reads base64url.
const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const patience = 30_000; // ms after which a push service that does not answer is told as none
button.addEventListener("click", async () => {
  button.setAttribute("aria-busy", "true");
  try {
    const may = await Notification.requestPermission(); // a person takes her time
    if (may !== "granted") say(may === "denied" ? "denied" : "dismissed");
    else await Promise.race([subscribe(), new Promise((_, late) => setTimeout(late, patience))]);
  } catch {
    say("failed"); // no push service, or no network
  }
  button.removeAttribute("aria-busy");
});
begin().catch(() => say("unsupported"));
