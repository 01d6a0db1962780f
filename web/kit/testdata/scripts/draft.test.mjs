// What is typed into a form, over a closed page, another person and an answer. Run by TestScriptsWithoutABrowser.
import assert from "node:assert/strict";
import { test } from "node:test";

let kept, timers, page, listeners;
globalThis.localStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
};
globalThis.setTimeout = (fire) => timers.push(fire);
globalThis.clearTimeout = (n) => n && (timers[n - 1] = () => {});
globalThis.addEventListener = (name, does) => listeners.push([name, does]);
globalThis.document = {
  documentElement: { lang: "vi" },
  get body() {
    return page.body;
  },
  querySelector: () => page.flash,
  querySelectorAll: (sel) => (sel.startsWith("form") ? page.forms : page.ends),
  createElement: (name) => element({ name }),
};

// element is as much of one as a draft asks for.
function element(more = {}) {
  const e = { heard: {}, inside: [], dataset: {}, ...more };
  e.addEventListener = (name, does) => (e.heard[name] = does);
  e.setAttribute = () => {};
  e.append = (...parts) => e.inside.push(...parts);
  e.prepend = (part) => e.inside.unshift(part);
  e.remove = () => (e.gone = true);
  e.dispatchEvent = (event) => e.heard[event.type]?.();
  return e;
}

const fields = () => [
  { name: "note", type: "textarea", value: "" },
  { name: "means", type: "select-one", value: "fm" },
  { name: "outcome", type: "radio", value: "aired", checked: false },
  { name: "outcome", type: "radio", value: "not_aired", checked: true },
  { name: "id", type: "hidden", value: Math.random().toString() },
  { name: "pin", type: "password", value: "" },
];

let visits = 0;
// opens shows the page with the form to a person, and returns the form.
async function opens(person, { stood, flash = null, ends = [] } = {}) {
  timers = [];
  listeners = [];
  const form = element({ elements: fields(), dataset: { draft: "report", draftTold: "lúc {at}", draftDrop: "Bỏ" } });
  page = { body: { dataset: { person, ...(stood && { stood }) } }, forms: [form], flash, ends };
  await import("../draft.js?" + ++visits);
  return form;
}

const types = (form, n, value) => {
  Object.assign(form.elements[n], typeof value === "string" ? { value } : value);
  form.heard.input();
};
const lull = () => timers.forEach((fire) => fire());
const leaves = () => listeners.forEach(([name, does]) => name === "pagehide" && does());
const note = (form) => form.elements[0].value;
const begin = () => (kept = new Map());

test("what was typed is there when the page comes back, and says from when", async () => {
  begin();
  const form = await opens("my");
  types(form, 0, "loa rè");
  types(form, 1, "cable");
  form.elements[3].checked = false;
  types(form, 2, { checked: true });
  lull();
  const again = await opens("my");
  assert.deepEqual(
    again.elements.slice(0, 4).map((e) => e.checked ?? e.value),
    ["loa rè", "cable", true, false],
  );
  assert.match(again.inside[0].inside[0], /^lúc .*\d\d:\d\d/);
});

test("what was typed in the last moment is kept too", async () => {
  for (const goes of [leaves, (form) => form.heard.submit()]) {
    begin();
    const form = await opens("my");
    types(form, 0, "loa rè");
    goes(form); // before the lull has passed
    assert.equal(note(await opens("my")), "loa rè");
  }
});

test("a page that nobody typed on keeps nothing, and takes nothing away", async () => {
  begin();
  await opens("my");
  leaves();
  assert.equal(kept.size, 0);
  types(await opens("my"), 0, "loa rè");
  lull();
  await opens("my");
  leaves();
  assert.equal(note(await opens("my")), "loa rè");
});

test("nobody has what another person typed", async () => {
  begin();
  types(await opens("my"), 0, "loa rè");
  lull();
  const his = await opens("pao");
  assert.equal(note(his), "");
  assert.equal(his.inside.length, 0);
  types(his, 0, "của Páo");
  lull();
  assert.equal(note(await opens("my")), "loa rè");
});

test("secrets, files and the ID of a form are not kept", async () => {
  begin();
  const form = await opens("my");
  types(form, 5, "804627");
  types(form, 0, "loa rè");
  lull();
  const [draft] = kept.values();
  assert.ok(!draft.includes("804627") && !draft.includes('"id"') && draft.includes("loa rè"));
});

test("dropped, it is gone, also where the page is left at once", async () => {
  begin();
  types(await opens("my"), 0, "loa rè");
  lull();
  const form = await opens("my");
  types(form, 0, "loa rè lắm");
  form.inside[0].inside[1].heard.click();
  assert.equal(note(form), "");
  leaves();
  lull();
  assert.equal(kept.size, 0);
  assert.equal(note(await opens("my")), "");
});

test("it ends where a page tells that it arrived, and no sooner", async () => {
  begin();
  types(await opens("my"), 0, "loa rè");
  lull();
  const ends = [{ dataset: { draftEnds: "entry report" } }];
  await opens("my", { ends }); // without the flash that says so
  assert.equal(kept.size, 1);
  await opens("pao", { ends, flash: {} }); // somebody else's arrived
  assert.equal(kept.size, 1);
  await opens("my", { ends, flash: {} });
  assert.equal(kept.size, 0);
});

test("a form that the server has answered stays as it was sent", async () => {
  begin();
  types(await opens("my"), 0, "loa rè");
  lull();
  assert.equal(note(await opens("my", { stood: "/airings/new" })), "");
  assert.equal(note(await opens("my")), "loa rè");
});
