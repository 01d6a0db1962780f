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
    p = { put: Promise.resolve(), answer: null, stores, timers };
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
    setTimeout: (fire) => timers.push(fire),
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
  p.late = () => timers.splice(0).forEach((fire) => fire());
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
async function kept() {
  const p = phone();
  p.answer = says("morning", "m1");
  const w = p.window(today);
  await p.asks(w, { url: "/today", html: "", mark: "m1" });
  w.there = false;
  return p;
}

// shows opens her day, with the server's answer on its way, and waits until what was kept is shown.
async function shows(p) {
  const shown = p.opens(today);
  await settled();
  p.late();
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
