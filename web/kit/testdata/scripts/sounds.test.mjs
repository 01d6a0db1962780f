// Sound that is kept, against a server that is cut, lies, has other bytes or none any more, with a store that is
// full or holds another person's. Run by TestScriptsWithoutABrowser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sounds } from "../sounds.js";

const hash = async (bytes) => createHash("sha256").update(bytes).digest("hex");
const day = 86_400_000;

// phone is a browser with one store, whoever uses it.
function phone(server) {
  const items = new Map(),
    bytes = new Map(),
    s = { full: false, free: null, time: 1000, items, asked: [] };
  const put = (item, more = () => {}) => items.has(item.id) && (more(), items.set(item.id, structuredClone(item)), true);
  const store = {
    all: async () => [...items.values()].map((i) => structuredClone(i)),
    put: async (item) => void items.set(item.id, structuredClone(item)),
    update: async (item) => put(item),
    add: async (item, at, part) => {
      if (s.full) throw new Error("QuotaExceededError");
      return put(item, () => bytes.set(item.id, [...(bytes.get(item.id) ?? []).slice(0, at), ...new Uint8Array(part)]));
    },
    empty: async (item) => put(item, () => bytes.delete(item.id)),
    remove: async (id) => void (items.delete(id), bytes.delete(id)),
    content: async (id) => Uint8Array.from(bytes.get(id) ?? []),
  };
  s.of = (person) =>
    sounds({
      store,
      now: () => 0,
      clock: async () => s.time,
      hash,
      room: async () => s.free,
      person,
      fetch: async (url, options) => (s.asked.push(options.headers.Range), server.answer(url, options.headers)),
    });
  return s;
}

// server has bytes under addresses, answers ranges of them, and fails as next says.
function serving(length = 1_000_000) {
  const of = (seed) => Uint8Array.from({ length }, (_, i) => (i * seed) >> 3);
  const s = { sound: of(7), next: [], status: 0 };
  const answer = (status, body, headers = {}) => new Response(body, { status, headers });
  s.other = () => (s.sound = of(11));
  s.answer = async (url, headers) => {
    const fault = s.next.shift();
    if (fault === "cut") throw new TypeError("network");
    if (fault === "portal") return answer(200, "<html>Wi-Fi</html>");
    if (fault === "proxy") return answer(404, "<html>not found</html>");
    if (s.status) return answer(s.status, JSON.stringify({ code: "some.code" }));
    const tag = `"${await hash(s.sound)}"`;
    if (headers["If-Match"] && headers["If-Match"] !== tag) return answer(412, "", { ETag: tag });
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.Range).map(Number);
    let part = s.sound.slice(from, to + 1);
    if (fault === "bent") part = part.map((b) => b ^ 1);
    const range = `bytes ${from}-${from + part.length - 1}/${length}`;
    return answer(206, part, { ETag: tag, "Content-Range": range });
  };
  return s;
}

const chosen = { id: "r1", station: "S1", made: 500, small: true, label: "Bản tin", until: day, size: 1_000_000 };

test("a line cut at each piece costs that piece, and what is whole is what the server has", async () => {
  const server = serving(),
    p = phone(server),
    mine = p.of("a");
  await mine.keep(chosen);
  let ends = [];
  for (let n = 0; n < 20 && ends.at(-1) !== "whole"; n++) {
    server.next = n % 2 ? ["", "cut"] : ["cut"];
    ends.push(await p.of("a").load("r1")); // a page of its own: nothing is in memory
  }
  assert.equal(ends.at(-1), "whole");
  assert.equal(await hash(await mine.content("r1")), await hash(server.sound));
  assert.equal((await mine.list())[0].whole, true);
  assert.ok(new Set(p.asked).size > 3, "it came in pieces");
  const before = p.asked.length;
  assert.equal(await mine.load("r1"), "whole");
  assert.equal(p.asked.length, before, "what is whole is not asked for again");
});

test("a captive portal and a proxy's page are no sound, and end nothing", async () => {
  for (const fault of ["portal", "proxy"]) {
    const server = serving(),
      mine = phone(server).of("a");
    await mine.keep(chosen);
    server.next = ["", fault];
    assert.equal(await mine.load("r1"), "later");
    const [s] = await mine.list();
    assert.ok(s.have > 0 && !s.gone, fault);
    assert.equal(await mine.load("r1"), "whole");
  }
});

test("other bytes under the same name begin anew, and damaged ones are not kept", async () => {
  const server = serving(),
    mine = phone(server).of("a");
  await mine.keep(chosen);
  server.next = ["", "cut"];
  await mine.load("r1");
  server.other();
  assert.equal(await mine.load("r1"), "whole");
  assert.equal(await hash(await mine.content("r1")), await hash(server.sound));
  await mine.keep(chosen);
  server.next = ["bent"];
  assert.equal(await mine.load("r1"), "damaged");
  assert.deepEqual((await mine.list()).map((s) => [s.have, s.whole]), [[0, false]]);
});

test("what the server has no more is emptied and said; a session that ended loses nothing", async () => {
  const server = serving(),
    mine = phone(server).of("a");
  await mine.keep(chosen);
  server.status = 401;
  assert.equal(await mine.load("r1"), "out");
  assert.equal((await mine.list())[0].gone, false);
  server.status = 404;
  assert.equal(await mine.load("r1"), "gone");
  assert.deepEqual((await mine.list()).map((s) => [s.gone, s.have]), [[true, 0]]);
  assert.equal(await mine.load("r1"), "dropped");
});

test("a page tells what is withdrawn or airs longer: a newer page, of that station", async () => {
  const server = serving(),
    mine = phone(server).of("a");
  await mine.keep(chosen);
  await mine.load("r1");
  await mine.seen("S1", 499, {}); // a page that was kept before she chose
  await mine.seen("S2", 900, {});
  assert.equal((await mine.list())[0].gone, false);
  await mine.seen("S1", 900, { r1: 3 * day });
  assert.equal((await mine.list())[0].until, 3 * day);
  await mine.seen("S1", 900, { r2: day });
  assert.equal((await mine.list())[0].gone, true);
  assert.equal((await mine.content("r1")).length, 0);
});

test("it ends with its day, and with who kept it", async () => {
  const p = phone(serving());
  await p.of("a").keep(chosen);
  await p.of("a").sweep();
  assert.equal(p.items.size, 1);
  p.time = day;
  await p.of("a").sweep();
  assert.equal(p.items.size, 0);
  p.time = 1000;
  await p.of("a").keep(chosen);
  assert.deepEqual(await p.of("b").list(), []);
  await p.of("b").sweep();
  assert.equal(p.items.size, 0);
});

test("a device without room says so before anything is asked for, and while it comes", async () => {
  const p = phone(serving()),
    mine = p.of("a");
  p.free = 8_500_000;
  await assert.rejects(mine.keep(chosen), ({ free }) => free === 500_000);
  assert.equal(p.items.size, 0);
  assert.equal(p.asked.length, 0);
  p.free = 9_000_000;
  await mine.keep(chosen);
  p.full = true;
  await assert.rejects(mine.load("r1"));
});

test("what is taken away while it comes stays away", async () => {
  const server = serving(),
    p = phone(server),
    mine = p.of("a");
  await mine.keep(chosen);
  const answer = server.answer;
  server.answer = async (...a) => {
    const is = await answer(...a);
    await mine.remove("r1");
    return is;
  };
  assert.equal(await mine.load("r1"), "dropped");
  assert.equal(p.items.size, 0);
});
