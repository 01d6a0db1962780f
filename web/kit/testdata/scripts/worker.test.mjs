// The worker against a server that is slow, a disk that is slow, and windows that are there late. Run by
// TestScriptsWithoutABrowser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const source = await readFile(new URL("../worker.js", import.meta.url), "utf8");
const origin = "https://loa.test",
  today = origin + "/today";
const settled = async () => {
  for (let i = 0; i < 50; i++) await new Promise((done) => setImmediate(done));
};

const brief = 1000; // ms that are still at once

// gate holds who waits for it until it is opened.
function gate() {
  let open;
  const opened = new Promise((done) => (open = done));
  return { opened, open };
}

// says is the server's answer of a page.
const says = (text, mark) => new Response(text, { headers: { "Loa-Tag": `"${mark}"`, "Content-Type": "text/html" } });

// phone runs the worker with what a browser gives it. Its timers fire when late is called.
function phone() {
  const heard = {},
    stores = new Map(),
    timers = [],
    windows = [],
    p = { put: Promise.resolve(), answer: null, stores, now: 1_700_000_000_000 };
  const key = (request) => new URL(request.url ?? request, origin).href;
  const store = (name) => {
    const all = stores.get(name) ?? stores.set(name, new Map()).get(name);
    return {
      match: async (request) => all.get(key(request))?.clone(),
      put: async (request, answer) => (await p.put, void all.set(key(request), answer)),
      add: async (request) => void all.set(key(request), new Response("part")),
      delete: async (request) => all.delete(key(request)),
      keys: async () => [...all.keys()].map((url) => ({ url })),
    };
  };
  const context = vm.createContext({
    URL,
    Response,
    Headers,
    Map,
    Set,
    crypto,
    console,
    location: new URL(origin),
    registration: {},
    skipWaiting: () => {},
    setTimeout: (fire, after) => timers.push({ fire, after }),
    Date: class extends Date {
      static now = () => p.now;
    },
    addEventListener: (name, does) => (heard[name] = does),
    clients: { matchAll: async () => windows.filter((w) => w.there), claim: async () => {} },
    Request: class {
      constructor(url) {
        this.url = url;
      }
    },
    caches: {
      open: async (name) => store(name),
      keys: async () => [...stores.keys()],
      delete: async (name) => stores.delete(name),
      match: async (request) => {
        for (const name of stores.keys()) {
          const found = await store(name).match(request);
          if (found) return found;
        }
      },
    },
    fetch: async () => p.answer,
  });
  vm.runInContext(source, context);
  p.late = (by = Infinity) => {
    for (const t of timers.splice(0)) if (t.after <= by) t.fire();
      else timers.push(t);
  };
  p.opens = (url) => {
    let answer;
    const request = { url, mode: "navigate", method: "GET", referrer: "", headers: new Headers() };
    heard.fetch({ request, respondWith: (a) => (answer = a), waitUntil: () => {} });
    return answer;
  };
  p.window = (url, there = true) => {
    const w = { url, there, told: [], postMessage: (m) => w.told.push(structuredClone(m)) };
    windows.push(w);
    return w;
  };
  p.asks = async (w, here) => {
    let kept;
    const data = { person: "pao", pages: [here.url], parts: [], here };
    heard.message({ data, source: w, waitUntil: (done) => (kept = done) });
    await kept;
  };
  return p;
}

// kept is a phone that has kept her day as it was in the morning.
async function kept(page = "morning") {
  const p = phone();
  p.answer = says(page, "m1");
  const w = p.window(today);
  await p.asks(w, { url: "/today", html: "", mark: "m1" });
  w.there = false;
  return p;
}

// shows opens her day, with the server's answer on its way, and waits until what was kept is shown.
async function shows(p) {
  const shown = p.opens(today);
  await settled();
  p.late(brief);
  assert.equal(await (await shown).text(), "morning");
}

test("what the server says in time is shown, and nobody is told twice", async () => {
  const p = await kept(),
    w = p.window(today);
  p.answer = says("noon", "m2");
  assert.equal(await (await p.opens(today)).text(), "noon");
  p.late();
  await p.asks(w, { url: "/today", html: "", mark: "m2" });
  assert.deepEqual(w.told, []);
});

test("what was kept makes way for an answer that is another", async () => {
  const p = await kept(),
    server = gate(),
    w = p.window(today);
  p.answer = server.opened.then(() => says("noon", "m2"));
  await shows(p);
  server.open();
  await settled();
  assert.deepEqual(w.told, [{ fresh: today }]);
});

test("an answer that is the same disturbs nobody", async () => {
  const p = await kept(),
    server = gate(),
    w = p.window(today);
  p.answer = server.opened.then(() => says("morning", "m1"));
  await shows(p);
  server.open();
  await settled();
  assert.deepEqual(w.told, []);
});

test("an answer that comes while what was kept is chosen is told too", async () => {
  const p = await kept(),
    disk = gate(),
    w = p.window(today);
  p.put = disk.opened;
  p.answer = says("noon", "m2");
  await shows(p); // the answer is there, and is being kept
  disk.open();
  await settled();
  assert.deepEqual(w.told, [{ fresh: today }]);
});

test("a window that opens after the answer came hears of it when it asks", async () => {
  const p = await kept(),
    server = gate(),
    w = p.window(today, false);
  p.answer = server.opened.then(() => says("noon", "m2"));
  await shows(p);
  server.open();
  await settled();
  assert.deepEqual(w.told, []);
  w.there = true;
  await p.asks(w, { url: "/today", html: "", mark: "m1" });
  assert.deepEqual(w.told, [{ fresh: today }]);
});

// Her session has a PIN, which is asked for after hours without use.
const pinned = '<body data-runs data-pin="28800000">her day</body>';
const asksWho = () => ({ status: 0, ok: false, type: "opaqueredirect", headers: new Headers() });

// waits opens her day and returns the answer, which is not what was kept while the server has not spoken.
async function waits(p) {
  const server = gate(),
    said = p.answer;
  p.answer = server.opened.then(() => said);
  const shown = p.opens(today);
  let there = false;
  shown.then(() => (there = true));
  await settled();
  p.late(brief);
  await settled();
  assert.equal(there, false, "what was kept is shown before the server was asked");
  server.open();
  return shown;
}

test("where the PIN is due the server is asked before anything is shown", async () => {
  const p = await kept(pinned);
  p.answer = asksWho();
  p.now += 28_800_000 - 1;
  const shown = p.opens(today), // the hours have not passed
    never = gate();
  assert.equal((await shown).type, "opaqueredirect");
  p.answer = says(pinned, "m1");
  await waits(p); // it was asked for a moment ago: who has the phone is known to nobody
  p.answer = never.opened;
  const soon = p.opens(today);
  await settled();
  p.late(brief);
  assert.equal(await (await soon).text(), pinned); // she is in again
  p.now += 28_800_000;
  p.answer = asksWho();
  assert.equal((await waits(p)).type, "opaqueredirect");
});

test("where nobody answers she reports without the PIN", async () => {
  const p = await kept(pinned),
    never = gate();
  p.now += 2 * 28_800_000;
  p.answer = never.opened;
  const shown = p.opens(today);
  await settled();
  p.late();
  assert.equal(await (await shown).text(), pinned);
});

test("a session without a PIN is as quick after a night", async () => {
  const p = await kept(),
    never = gate();
  p.now += 10 * 28_800_000;
  p.answer = never.opened;
  await shows(p);
});

// What the forms of a page have of their own is another each time the page is shown.
test("a page that is still the same has other IDs and secrets in its forms", async () => {
  const form = (id, secret) => `<input name="id" value="${id}"><input name="secret" value="${secret}">`,
    used = form("3f0e8a7c-6b5d-4c2e-9a1f-0b7d5e3c2a19", "AUOJ4WPCXBDQYRWHYO7IR236UX"),
    p = await kept(used);
  p.answer = new Response(null, { status: 304, headers: { "Loa-Contact": "c2" } });
  const first = await (await p.opens(today)).text(),
    second = await (await p.opens(today)).text(),
    plain = /^<input name="id" value="[0-9a-f-]{36}"><input name="secret" value="[A-Z2-7]{26}">$/;
  for (const text of [first, second]) assert.match(text, plain);
  assert.equal(new Set([used, first, second].flatMap((text) => text.match(/value="[^"]*"/g))).size, 6);
});

test("an answer whose forms have other secrets disturbs nobody", async () => {
  const secret = (of) => `<input name="secret" value="${of.repeat(26)}">`,
    p = await kept(secret("A")),
    server = gate(),
    w = p.window(today);
  p.answer = server.opened.then(() => says(secret("B"), "m1"));
  const shown = p.opens(today);
  await settled();
  p.late(brief);
  assert.equal(await (await shown).text(), secret("A"));
  server.open();
  await settled();
  assert.deepEqual(w.told, []);
});
