// Answers for the server while there is no network: with pages that were kept,
// and with a page that says so where none was. A page asks for what is kept by
// the message {person, pages, parts, here} (see offline.js); whoever logs out, or
// somebody else who logs in, ends what was kept before. {next} says that somebody else takes over while there is
// no network (door/switching.js).
//
// shape changes when what is kept must not be read by an older worker.
const shape = "loa-1-",
  pages = shape + "pages",
  parts = shape + "parts";
const patience = 8000; // ms a page is waited for when one was kept
const brief = 400; // the same when Loa has just been opened at one of these: what was kept is shown meanwhile
const quick = /^\/(today|outbox|airings|calendar)?$/;
const most = 400; // parts that are kept: those of some releases
const shown = 60; // pages that are kept: the oldest goes first
const mark = "Loa-Tag"; // names what a page says

// passed are the last pages that came by, so that one that asks to be kept is not
// fetched a second time.
const passed = new Map();

// offline is the page for what was not kept; nobody's. switching is the one that waits for a network to change the
// person. Among the parts, taken is who has taken over before the server knows of it, and heard is when the server gave
// one of her pages last: 0 where it asked who she is instead.
const offline = "/offline",
  switching = "/switching",
  taken = "/taken",
  heard = "/heard";

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

addEventListener("message", (e) => e.waitUntil("next" in e.data ? makeWay(e) : keep(e.data, e.source)));

async function keep({ person, pages: wanted, parts: made, here }, window) {
  if (await caches.match(taken)) return; // she has left
  const owner = await (await (await caches.open(parts)).match("/owner"))?.text();
  if (owner !== person) await caches.delete(pages);
  const assets = await caches.open(parts),
    all = await assets.keys();
  await assets.put("/owner", new Response(person));
  for (const old of all.slice(0, Math.max(0, all.length - most)))
    if (new URL(old.url).pathname.startsWith("/assets/")) await assets.delete(old);
  const kept = await caches.open(pages);
  for (const url of wanted) {
    if (await kept.match(url, { ignoreVary: true })) continue; // each visit refreshes it
    const answer =
      passed.get(new URL(url, location.origin).href)?.clone() ??
      (here?.url === url ? await handed(here) : null) ??
      (await fetch(url, { headers: { "Loa-Keep": "yes" } }).catch(() => null)); // nobody sees it yet
    if (!answer?.ok || answer.redirected) continue; // a redirect leads to the log-in
    const page = await lasting(answer);
    const named = (await page.clone().text()).matchAll(/ (?:href|src)="(\/assets\/[^"]+\.(?:css|js|svg))"/g),
      its = [...named].map(([, part]) => part); // without the pictures of the home screen
    if (!(await have(assets, its))) continue; // whole, or not at all
    await kept.put(url, page);
    await hears(Date.now());
  }
  await have(assets, new Set(made));
  const old = await kept.keys();
  for (const page of old.slice(0, Math.max(0, old.length - shown))) await kept.delete(page);
  const now = here?.mark && (await kept.match(here.url, { ignoreVary: true }));
  // another answer may have come while the page was on its way
  if (now && now.headers.get(mark) !== `"${here.mark}"`) hear(window, new URL(here.url, location.origin).href);
}

// handed is a page that came before this worker did, as the page itself read it: with the heads every page has.
async function handed(here) {
  const page = here.html && (await caches.match(offline));
  if (!page) return null;
  const headers = new Headers(page.headers);
  headers.set(mark, `"${here.mark}"`);
  return new Response(here.html, { headers });
}

// have brings what a page is made of, and reports whether all of it is there.
async function have(assets, parts) {
  let all = true;
  for (const part of parts) {
    if (await assets.match(part)) continue;
    const added = await assets.add(part).then(
      () => true,
      () => false,
    );
    all = all && added;
  }
  return all;
}

// forget ends what was kept of a person.
function forget() {
  passed.clear();
  return caches.delete(pages);
}

// makeWay closes what was kept of the last person, in all windows, and answers whether it could.
async function makeWay({ data, ports, source }) {
  const waits = await caches.match(switching, { ignoreVary: true });
  if (waits) {
    const known = await caches.open(parts);
    await known.put(switching, waits);
    await known.put(taken, new Response(data.next));
    await forget();
    for (const client of await clients.matchAll({ type: "window" }))
      if (client.id !== source.id) client.postMessage({ left: true });
  }
  ports[0].postMessage(Boolean(waits));
}

// changed tells the server that the person has changed, and leads to where the next one types her PIN. Until it
// says itself that it knows, every page is the one that waits.
async function changed(next) {
  try {
    const id = newID(),
      headers = { "Loa-Outbox": "now", "Content-Type": "application/x-www-form-urlencoded" },
      answer = await fetch("/switch", { method: "POST", redirect: "manual", headers, body: "id=" + id }),
      said = await answer.json();
    if (said.id === id || (said.code && answer.status === 401)) {
      await (await caches.open(parts)).delete(taken);
      return Response.redirect("/unlock?person=" + next);
    }
  } catch {
    /* nobody answers, or somebody else */
  }
  return caches.match(switching, { ignoreVary: true });
}

// quiet ends notifications: the next who uses this browser is not told what was for the last.
async function quiet() {
  const sub = await registration.pushManager?.getSubscription();
  await sub?.unsubscribe();
}

// What is not there without a network is answered as not there: to a rejection
// Firefox says that this worker is faulty.
addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (url.origin !== location.origin) return;
  if (e.request.mode === "navigate") {
    if (["/logout", "/login", "/switch"].includes(url.pathname)) {
      e.waitUntil(forget());
      if (url.pathname === "/logout") e.waitUntil(quiet());
    } else if (e.request.method === "GET") e.respondWith(page(e));
    else if (e.request.headers.get("Content-Type") === "application/x-www-form-urlencoded")
      e.respondWith(fetch(e.request).catch(async () => (await caches.match(offline)) ?? Response.error()));
  } else if (e.request.method === "GET" && url.pathname.startsWith("/assets/")) {
    e.respondWith(
      caches
        .match(e.request)
        .then((found) => found ?? fetch(e.request))
        .catch(() => new Response(null, { status: 504 })),
    );
  }
});

// page is the server's answer, else what was kept of it. Who has just opened Loa sees
// what was kept at once; the page hears when the server's answer is another.
async function page(e) {
  const next = await (await caches.match(taken))?.text();
  if (next !== undefined) return changed(next);
  const { request } = e,
    cache = await caches.open(pages),
    kept = await cache.match(request, { ignoreVary: true }),
    hers = kept && quick.test(new URL(request.url).pathname),
    opened = hers && !request.referrer && !(await asksPIN(kept));
  const answer = asked(request, kept).then(async (fresh) => {
    const gave = fresh.status === 304 || (fresh.ok && !fresh.redirected);
    if (hers && fresh.status < 400) await hears(gave ? Date.now() : 0);
    if (fresh.status === 304) {
      const now = await again(kept.clone(), fresh.headers);
      await cache.put(request, now.clone());
      return now;
    }
    if (fresh.redirected && new URL(fresh.url).pathname === "/login") await forget();
    else if (fresh.ok && !fresh.redirected) {
      passed.set(request.url, fresh.clone());
      if (passed.size > 3) passed.delete(passed.keys().next().value);
      if (kept) await cache.put(request, await lasting(fresh.clone()));
    }
    return fresh;
  });
  e.waitUntil(answer.catch(() => {})); // it may come, or fail, after the patience has ended
  try {
    if (!kept) return await answer;
    const wait = opened ? brief : patience;
    return await Promise.race([answer, new Promise((_, late) => setTimeout(late, wait))]);
  } catch {
    if (kept) {
      e.waitUntil(late(answer, kept.clone(), request.url));
      return kept.clone();
    }
    // the installed app opens at the first page, which leads who runs a station to her day
    const first = new URL(request.url).pathname === "/" && (await cache.match("/today", { ignoreVary: true }));
    return first ? Response.redirect("/today") : ((await caches.match(offline)) ?? Response.error());
  }
}

// hears notes when the server gave one of her pages.
const hears = async (at) => (await caches.open(parts)).put(heard, new Response(String(at)));

// asksPIN reports whether the server would ask for the PIN before it gives a page that was kept, as well as is known.
async function asksPIN(kept) {
  const last = Number(await (await caches.match(heard))?.text()),
    [, idle] = / data-pin="(\d+)"/.exec(await kept.clone().text()) ?? [];
  return idle !== undefined && !(Date.now() - last < Number(idle));
}

// late tells who was shown what was kept that the server's answer, which came after it, is another.
async function late(answer, kept, url) {
  const fresh = await answer.catch(() => null);
  if (!fresh) return;
  const other = fresh.ok && !fresh.redirected && (await differs(kept, await lasting(fresh.clone())));
  if (!other && fresh.type !== "opaqueredirect") return;
  for (const client of await clients.matchAll({ type: "window" })) if (client.url === url) hear(client, url);
}

// asked asks the server for a page, and whether that is as it was kept.
function asked(request, kept) {
  const tag = kept?.headers.get(mark);
  if (!tag) return fetch(request);
  const headers = { Accept: request.headers.get("Accept") ?? "text/html", "If-None-Match": tag };
  return fetch(request.url, { headers, redirect: "manual", referrer: request.referrer });
}

// newID is a random UUID; a worker cannot share keep.js in every browser.
const newID = () =>
  crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );

// newSecret is as accounts.NewSecret makes them.
const newSecret = () =>
  [...crypto.getRandomValues(new Uint8Array(26))].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[c & 31]).join("");

// again is a page that was kept, with the time and the stamp of an answer that says there is no other, and with
// other IDs and secrets in its forms: what was sent from it before is another change.
async function again(kept, headers) {
  const time = `data-made="${Date.parse(headers.get("Date"))}"`,
    stamp = `data-contact="${headers.get("Loa-Contact")}"`,
    other = {}; // by what the ID was: two forms may be ways to say one thing
  const text = (await kept.text())
    .replace(/data-made="\d+"/, time)
    .replace(/data-contact="[^"]*"/, stamp)
    .replace(/name="id" value="([^"]*)"/g, (_, id) => `name="id" value="${(other[id] ??= newID())}"`)
    .replace(/name="secret" value="[^"]*"/g, () => `name="secret" value="${newSecret()}"`);
  return new Response(text, { headers: kept.headers });
}

// lasting is an answer without what it says but once.
async function lasting(answer) {
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response((await answer.text()).replace(/<p class="flash"[^]*?<\/p>/, ""), { headers });
}

// differs reports whether two answers say something else, but for what each has of its own:
// the IDs and secrets of its forms, its stamp, the time it was made, and where it has its style.
async function differs(one, other) {
  const plain = async (answer) =>
    (await answer.text())
      .replace(/(name="(id|secret)" value|data-contact|data-made)="[^"]*"/g, "")
      .replace(/<style>[^<]*<.style>|<link rel="stylesheet"[^>]*>/g, "");
  return (await plain(one)) !== (await plain(other));
}

// hear tells a window that there is a newer answer than the one it shows.
const hear = (window, url) => window.postMessage({ fresh: url });

// A notification (post.Note). The same one sent twice takes the place of itself. A browser that was
// told something must show something.
addEventListener("push", (e) => {
  let note = { title: "Loa", path: "/messages" };
  try {
    note = e.data.json();
  } catch {
    /* none of ours */
  }
  const { title, text: body, tag, lang, path } = note;
  e.waitUntil(
    registration.showNotification(title, { body, tag, lang, icon: "/icon", data: { path } }),
  );
});

addEventListener("notificationclick", (e) => {
  e.notification.close();
  e.waitUntil(show(new URL(e.notification.data.path, location.origin).href));
});

// show opens a page in the window that has it, else in a new one: another may hold what is not sent.
async function show(url) {
  const all = await clients.matchAll({ type: "window", includeUncontrolled: true }),
    there = all.find((client) => client.url === url);
  return there ? there.focus() : clients.openWindow(url);
}

// A browser may change its subscription by itself. The server takes the new one where it has one of
// this session.
addEventListener("pushsubscriptionchange", (e) => e.waitUntil(renew()));

async function renew() {
  const at = "/api/v1/me/device",
    known = await fetch(at),
    { key, device } = known.ok ? await known.json() : {};
  if (!device) return;
  const applicationServerKey = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)),
    sub = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }),
    { endpoint, keys } = sub.toJSON();
  await fetch(at, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ endpoint, keys, renews: true }),
  });
}
