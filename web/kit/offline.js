// Keeps pages so that they open without a network, where the browser has
// workers for it. See worker.js.

import { asSent } from "./kit.js";

const person = document.body.dataset.person;

// keepPages keeps pages of the person who is logged in, what this one is made of, and more parts. This page
// itself is handed over as it came, where the worker did not see it come; where it did, the worker says if what it
// gave meanwhile is no longer what the server says.
export async function keepPages(addresses, more = []) {
  if (!("serviceWorker" in navigator) || !person) return;
  try {
    await navigator.serviceWorker.register("/worker.js", { updateViaCache: "all" });
    const loaded = performance
      .getEntriesByType("resource")
      .map((e) => e.name)
      .filter((name) => new URL(name).pathname.startsWith("/assets/"));
    const ready = await navigator.serviceWorker.ready;
    const here = { url: location.pathname + location.search, html: asSent, mark: document.body.dataset.mark };
    ready.active.postMessage({ person, pages: addresses, parts: [...loaded, ...more], here });
  } catch {
    /* a private window, or a browser that forbids it: the page needs a network then */
  }
}

// A page that was kept and shown at once makes way for what the server says now, while nobody
// has touched it.
let touched = false;
for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => (touched = true), { once: true });
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data?.left) location.assign("/switching"); // somebody else has taken over in another window
  if (data?.fresh === location.href && !touched) location.reload();
});
