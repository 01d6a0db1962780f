// Who takes over a phone without a network, on her page and on the one that waits. Run by TestScriptsWithoutABrowser.
import assert from "node:assert/strict";
import { test } from "node:test";

let page, kept, went, sent, server, worker, heard;
const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise((done) => setImmediate(done));
};
globalThis.localStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
};
globalThis.fetch = async (url, options) => server(url, options);
globalThis.setInterval = (does) => void (heard.timer = does);
globalThis.addEventListener = (name, does) => (heard[name] = does);
globalThis.location = { assign: (to) => went.push(to), reload: () => went.push("again") };
Object.defineProperty(globalThis, "navigator", { value: { serviceWorker: {} } });
globalThis.MessageChannel = class {
  constructor() {
    this.port1 = {};
    this.port2 = { answers: (data) => this.port1.onmessage({ data }) };
  }
};
globalThis.document = {
  get body() {
    return page.body;
  },
  querySelector: (sel) => page[sel] ?? null,
  createElement: () => element(),
};

function element(more = {}) {
  const e = { on: {}, dataset: {}, inside: [], children: [], ...more };
  e.addEventListener = (name, does) => (e.on[name] = does);
  e.setAttribute = (name, value) => (e[name] = value);
  e.removeAttribute = (name) => delete e[name];
  e.focus = () => (e.focused = true);
  e.append = (part) => e.children.push(part);
  e.closest = () => (e.around ??= {});
  return e;
}

const ours = async () => new Response("ok\n");
const cut = async () => {
  throw new TypeError("network");
};

let visits = 0;
async function opens(what) {
  went = [];
  sent = [];
  heard = {};
  page = { body: { dataset: { person: "my" } }, ...what };
  navigator.serviceWorker.controller = { postMessage: (data, [port]) => (sent.push(data), port.answers(worker)) };
  await import("../../door/switching.js?" + ++visits);
}

// herPage has the button, and a choice of Páo and somebody else.
async function herPage() {
  kept = new Map();
  worker = true;
  const button = element(),
    form = element({ querySelector: () => button, submit: () => went.push("sent") }),
    next = ["pao", "other"].map((id) => element({ dataset: { next: id }, textContent: ` ${id} ` })),
    parts = { "[data-stay]": element(), "[data-not]": element({ hidden: true }) },
    choice = element({ hidden: true, dataset: { me: "Mỷ" }, querySelectorAll: () => next, querySelector: (sel) => parts[sel] });
  await opens({ "form[action='/switch']": form, "#take-over": choice });
  const press = async () => {
    form.on.submit({ preventDefault: () => {} });
    await settled();
  };
  return { button, choice, next, press, ...parts };
}

test("with a network the server changes the person", async () => {
  const p = await herPage();
  server = ours;
  await p.press();
  assert.deepEqual(went, ["sent"]);
  assert.equal(p.choice.hidden, true);
});

test("nobody answers, or a captive portal does: the next is chosen on the phone", async () => {
  for (const line of [
    cut,
    async () => new Response("<h1>Wi-Fi</h1>"),
    async () => new Response("ok\n", { status: 502 }),
    async (url, { redirect }) => (redirect === "manual" ? Response.error() : new Response("ok\n")),
  ]) {
    const p = await herPage();
    server = line;
    await p.press();
    assert.deepEqual(went, []);
    assert.equal(p.choice.hidden, false);
    assert.equal(p.button["aria-busy"], undefined);
  }
});

test("a line that is dead is given up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const p = await herPage();
  server = (url, { signal }) => new Promise((_, failed) => signal.addEventListener("abort", () => failed(signal.reason)));
  await p.press();
  assert.equal(p.choice.hidden, true);
  t.mock.timers.tick(8000);
  await settled();
  assert.equal(p.choice.hidden, false);
});

test("who is chosen waits for the network, and it is known who may be chosen", async () => {
  const p = await herPage();
  await p.next[0].on.click();
  assert.deepEqual(sent, [{ next: "pao" }]);
  assert.deepEqual(went, ["/switching"]);
  assert.deepEqual(JSON.parse(kept.get("loa-known:people")), {
    next: "pao",
    people: [["pao", "pao"], ["other", "other"], ["my", "Mỷ"]],
  });
});

test("where what was kept of her could not be closed she stays, and is told", async () => {
  const p = await herPage();
  worker = false;
  await p.next[0].on.click();
  assert.deepEqual(went, []);
  assert.equal(p["[data-not]"].hidden, false);
});

test("a slip is taken back", async () => {
  const p = await herPage();
  server = cut;
  await p.press();
  p["[data-stay]"].on.click();
  assert.equal(p.choice.hidden, true);
  assert.ok(p.button.focused);
});

// waiting is the page that waits for a network, for Páo.
async function waiting(known = { next: "pao", people: [["pao", "Páo"], ["my", "Mỷ"]] }) {
  kept = new Map(known && [["loa-known:people", JSON.stringify(known)]]);
  worker = true;
  const parts = { "[data-said]": element({ dataset: { said: "Chờ mã PIN của {name}" } }), "[data-people]": element() };
  await opens({ "[data-switching]": element({ querySelector: (sel) => parts[sel] }) });
  return parts;
}

test("the page that waits names who is next, and goes on when the server is there", async () => {
  const p = await waiting();
  assert.equal(p["[data-said]"].textContent, "Chờ mã PIN của Páo");
  assert.deepEqual(p["[data-people]"].children.map((b) => b.textContent), ["Mỷ"]);
  server = cut;
  for (const again of [heard.timer, heard.online, heard.focus]) await again();
  assert.deepEqual(went, []);
  server = ours;
  for (const again of [heard.timer, heard.online, heard.focus]) await again();
  assert.deepEqual(went, ["again", "again", "again"]);
});

test("there another may be chosen instead", async () => {
  const p = await waiting();
  await p["[data-people]"].children[0].on.click();
  assert.deepEqual(sent, [{ next: "my" }]);
  assert.equal(JSON.parse(kept.get("loa-known:people")).next, "my");
  assert.deepEqual(went, ["again"]);
});

test("where nobody is known it waits all the same", async () => {
  const p = await waiting(null);
  assert.equal(p["[data-said]"].textContent, undefined);
  assert.equal(p["[data-people]"].around.hidden, true);
});
