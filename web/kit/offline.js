// Keeps pages so that they open without a network, where the browser has
// workers for it. See worker.js.

const person = document.body.dataset.person;

// keepPages keeps pages of the person who is logged in, and what this one is
// made of.
export async function keepPages(addresses) {
  if (!("serviceWorker" in navigator) || !person) return;
  try {
    await navigator.serviceWorker.register("/worker.js", { updateViaCache: "all" });
    const parts = performance
      .getEntriesByType("resource")
      .map((e) => e.name)
      .filter((name) => new URL(name).pathname.startsWith("/assets/"));
    const ready = await navigator.serviceWorker.ready;
    ready.active.postMessage({ person, pages: addresses, parts });
  } catch {
    /* a private window, or a browser that forbids it: the page needs a network then */
  }
}

// A page that was kept and shown at once makes way for what the server says now, while nobody
// has touched it.
let touched = false;
for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => (touched = true), { once: true });
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data?.fresh === location.href && !touched) location.reload();
});
