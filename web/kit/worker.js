// Answers for the server while there is no network: with pages that were kept,
// and with a page that says so where none was. A page asks for what is kept by
// the message {person, pages, parts} (see offline.js); whoever logs out, or
// somebody else who logs in, ends what was kept before.
//
// shape changes when what is kept must not be read by an older worker.
const shape = "loa-1-",
  pages = shape + "pages",
  parts = shape + "parts";
const patience = 8000; // ms a page is waited for when one was kept
const most = 400; // parts that are kept: those of some releases

// offline is the page for what was not kept; nobody's.
const offline = "/offline";

addEventListener("install", (e) => {
  e.waitUntil(caches.open(parts).then((c) => c.add(new Request(offline, { credentials: "omit" }))));
  skipWaiting(); // an older worker answers nothing a newer one does not
});

addEventListener("activate", (e) => {
  e.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith("loa-") && !name.startsWith(shape)) await caches.delete(name);
      await clients.claim();
    })(),
  );
});

addEventListener("message", (e) => e.waitUntil(keep(e.data)));

async function keep({ person, pages: wanted, parts: made }) {
  const owner = await (await (await caches.open(parts)).match("/owner"))?.text();
  if (owner !== person) await caches.delete(pages);
  const assets = await caches.open(parts),
    all = await assets.keys();
  await assets.put("/owner", new Response(person));
  for (const old of all.slice(0, Math.max(0, all.length - most)))
    if (new URL(old.url).pathname.startsWith("/assets/")) await assets.delete(old);
  for (const url of made) if (!(await assets.match(url))) await assets.add(url).catch(() => {});
  const kept = await caches.open(pages);
  for (const url of wanted) {
    if (await kept.match(url, { ignoreVary: true })) continue; // each visit refreshes it
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok && !answer.redirected) await kept.put(url, answer); // a redirect leads to the log-in
  }
}

// What is not there without a network is answered as not there: to a rejection
// Firefox says that this worker is faulty.
addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (url.origin !== location.origin) return;
  if (e.request.mode === "navigate") {
    if (url.pathname === "/logout" || url.pathname === "/login") e.waitUntil(caches.delete(pages));
    else if (e.request.method === "GET") e.respondWith(page(e.request));
  } else if (e.request.method === "GET" && url.pathname.startsWith("/assets/")) {
    e.respondWith(
      caches
        .match(e.request)
        .then((found) => found ?? fetch(e.request))
        .catch(() => new Response(null, { status: 504 })),
    );
  }
});

// page is the server's answer, else what was kept of it.
async function page(request) {
  const cache = await caches.open(pages),
    kept = await cache.match(request, { ignoreVary: true });
  const answer = fetch(request).then((fresh) => {
    if (fresh.redirected && new URL(fresh.url).pathname === "/login") caches.delete(pages);
    else if (kept && fresh.ok && !fresh.redirected) cache.put(request, fresh.clone());
    return fresh;
  });
  answer.catch(() => {}); // it may fail after the patience has ended
  try {
    if (!kept) return await answer;
    return await Promise.race([answer, new Promise((_, late) => setTimeout(late, patience))]);
  } catch {
    return kept ?? (await caches.match(offline)) ?? Response.error();
  }
}
