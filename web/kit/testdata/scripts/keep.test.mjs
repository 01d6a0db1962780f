// What pages keep in this browser, and what goes with who leaves it. Run by TestScriptsWithoutABrowser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, draftKey, leave, settles, storage } from "../keep.js";

let kept, ended;
globalThis.localStorage = {};
globalThis.indexedDB = { deleteDatabase: (name) => ended.push(name) };
globalThis.document = { body: { dataset: { person: "my" } } };

// browserThat keeps, or forbids it.
function browserThat(keeps) {
  kept = {};
  ended = [];
  const words = {
    getItem: (key) => kept[key] ?? null,
    setItem: (key, value) => (kept[key] = value),
    removeItem: (key) => delete kept[key],
  };
  const forbids = new Proxy(
    {},
    {
      get: () => {
        throw new Error("SecurityError");
      },
      ownKeys: () => {
        throw new Error("SecurityError");
      },
    },
  );
  globalThis.localStorage = keeps
    ? new Proxy(kept, { get: (_, name) => words[name] ?? kept[name], ownKeys: () => Object.keys(kept) })
    : forbids;
}

test("who leaves takes what was known of her, and not what waits or was typed", () => {
  for (const keeps of [true, false]) {
    browserThat(keeps);
    const names = ["loa-known:people", "loa-known:sounds", "loa-place:sheet", draftKey("report"), "loa-browser"];
    for (const name of names) storage.set(name, { name });
    assert.deepEqual(names.map((name) => storage.get(name)?.name), names);
    leave();
    assert.deepEqual(names.map((name) => storage.get(name)?.name), [undefined, undefined, undefined, ...names.slice(3)]);
    assert.deepEqual(ended, ["loa-sounds"]);
    for (const name of names) storage.remove(name);
  }
});

test("what is damaged there is nothing", () => {
  browserThat(true);
  kept["loa-draft:my:report"] = "{half";
  assert.equal(storage.get("loa-draft:my:report"), null);
});

test("a browser keeps its name, and a draft is one person's", () => {
  browserThat(true);
  assert.equal(browser(), browser());
  const hers = draftKey("report");
  document.body.dataset.person = "pao";
  assert.notEqual(draftKey("report"), hers);
  document.body.dataset.person = "my";
});

test("a receipt is of that ID, of what was sent, and misses nothing", () => {
  const sum = "a".repeat(64),
    receipt = { id: "1", received: sum, missing: [] };
  assert.ok(settles(receipt, "1", sum));
  assert.ok(settles(receipt, "1", "")); // a browser that makes no sums
  for (const [answer, made] of [
    [null, sum],
    [{}, sum],
    [{ ...receipt, id: "2" }, sum],
    [{ ...receipt, received: "b".repeat(64) }, sum],
    [{ ...receipt, received: "yes" }, ""],
    [{ ...receipt, missing: ["photo"] }, sum],
    [{ ...receipt, missing: undefined }, sum],
  ])
    assert.ok(!settles(answer, "1", made), JSON.stringify(answer));
});
