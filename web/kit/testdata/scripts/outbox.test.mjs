// The outbox against a server that is cut, lies, forgets its session or is a captive
// portal, with a store that is lost, full or another person's. Run by TestScriptsWithoutABrowser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { settles } from "../keep.js";
import { final, outbox, read, shape, timeOf } from "../outbox.js";

const hash = async (text) => createHash("sha256").update(text).digest("hex");
const copy = (v) => (v === undefined ? v : structuredClone(v));

// memory is a store that is asked as IndexedDB is, and stays when the page goes.
function memory() {
  const items = new Map(),
    bytes = new Map(),
    notes = new Map();
  const drop = (id) => [...bytes.keys()].filter((k) => k === id || k.startsWith(id + "/")).forEach((k) => bytes.delete(k));
  const s = {
    full: false,
    items,
    all: async () => [...items.values()].map(copy),
    put: async (item, contents = []) => {
      if (s.full) throw new Error("QuotaExceededError");
      items.set(item.id, copy(item));
      for (const [id, b] of contents) bytes.set(id, b);
    },
    update: async (item) => items.has(item.id) && (items.set(item.id, copy(item)), true),
    remove: async (id) => void (items.delete(id), drop(id)),
    removeUntried: async (id) => {
      if (!items.has(id) || items.get(id).tries) return false;
      drop(id);
      return items.delete(id);
    },
    content: async (id) => bytes.get(id),
    note: async (key, value) => void notes.set(key, copy(value)),
    noted: async (key) => copy(notes.get(key)),
    alone: (work) => work(),
  };
  return s;
}

const answerOf = (status, body, headers = {}) => ({
  status,
  ok: status >= 200 && status < 300,
  headers: new Headers(headers),
  text: async () => (typeof body === "string" ? body : JSON.stringify(body)),
});

// server takes each change once, as Loa does; fault is what happens to the next request.
function server(time) {
  const s = { log: [], files: [], evidence: [], announced: [], faults: [], loggedIn: true, asked: 0 };
  const take = async (url, { body, method, headers }) => {
    if (url.startsWith("/api/v1/uploads")) return tus(url, method, headers, body);
    const form = new URLSearchParams(body),
      id = form.get("id");
    if (form.get("do") === "announce") {
      s.announced.push(form.get("audio"));
      return answerOf(200, "Đã ghi nhận lúc 16:59.", { "Loa-Announced": "E1" });
    }
    if (!s.loggedIn) return answerOf(401, { code: "accounts.log_in_first", detail: "Hãy đăng nhập." });
    if (url.endsWith("/evidence")) {
      if (!s.evidence.some((e) => e.id === id)) s.evidence.push({ id, audio: form.get("audio"), url });
    } else if (!s.log.some((r) => r.id === id)) {
      const slot = form.get("slot"),
        stands = s.log.find((r) => r.slot === slot && r.outcome !== "withdrawn" && !s.log.some((c) => c.corrects === r.id));
      if (slot && stands && form.get("corrects") !== stands.id)
        return answerOf(409, { code: "airing.slot_reported", detail: "đã được báo", other: stands.id });
      s.log.push({ ...Object.fromEntries(form), heard: time.now });
    }
    const stamp = time.server().toString(36) + ".mark";
    return answerOf(200, { id, received: await hash(body), missing: [], then: "/today" }, { "Loa-Contact": stamp });
  };
  const tus = (url, method, headers, body) => {
    const own = { "Tus-Resumable": "1.0.0" };
    if (method === "POST") {
      s.files.push({ size: Number(headers["Upload-Length"]), got: [] });
      return answerOf(201, "", { ...own, Location: "/api/v1/uploads/" + (s.files.length - 1) });
    }
    const n = Number(url.split("/").pop()),
      file = s.files[n];
    if (!file) return answerOf(404, { code: "upload.unknown", detail: "" }, own);
    const at = file.got.length;
    const done = () => (file.got.length === file.size ? { "Loa-Recording": "rec-" + n } : {});
    if (method === "HEAD") return answerOf(200, "", { ...own, "Upload-Offset": String(at), ...done() });
    if (method === "PATCH") {
      if (Number(headers["Upload-Offset"]) !== at) return answerOf(409, { code: "upload.offset", detail: "" }, own);
      file.got.push(...new Uint8Array(body));
      return answerOf(204, "", { ...own, "Upload-Offset": String(file.got.length), ...done() });
    }
    return answerOf(200, { recording: "rec-" + n }, own);
  };
  s.fetch = async (url, options) => {
    s.asked++;
    const fault = s.faults.shift();
    if (fault === "cut before" || s.away) throw new TypeError("network");
    if (fault === "portal") return answerOf(200, "<html>Đăng nhập Wi-Fi</html>");
    if (fault === "portal json") return answerOf(200, { ok: true });
    if (fault === "redirect") return { ...answerOf(0, ""), type: "opaqueredirect" };
    if (fault === "refused") return answerOf(422, { code: "airing.correct_why", detail: "Hãy ghi lý do sửa." });
    if (fault === "asks") return answerOf(409, { code: "airing.is_it_planned", detail: "Có phải lượt 17:00?" }, { "Loa-Asks": "yes" });
    if (fault === "quota") return answerOf(507, { code: "library.quota_used", detail: "Đài đã dùng hết mức.", status: 507 });
    if (fault === "disk") return answerOf(507, { code: "store.full", detail: "Ổ đĩa đã đầy.", status: 507 });
    if (fault === "502") return answerOf(502, "Bad Gateway");
    if (fault === "forged") return answerOf(200, { id: new URLSearchParams(options.body).get("id"), missing: [] });
    const answer = await take(url, options);
    if (fault === "cut after") throw new TypeError("network");
    if (fault === "missing") return answerOf(200, { ...JSON.parse(await answer.text()), missing: ["file"] });
    if (fault === "another's") return answerOf(200, { ...JSON.parse(await answer.text()), received: "0".repeat(64) });
    return answer;
  };
  return s;
}

function world({ person = "P1", store = memory(), time = { now: 1_000_000_000, off: 0, server: () => time.now }, srv } = {}) {
  time.server ??= () => time.now;
  srv ??= server(time);
  let n = 0;
  const open = (who = person) =>
    outbox({ store, fetch: srv.fetch, now: () => time.now + time.off, uuid: () => "id-" + who + "-" + time.now + "-" + ++n, hash, person: who });
  return { store, srv, time, open, box: open() };
}
const report = (slot, outcome = "aired") => ({ action: "/airings", about: "slot:" + slot, label: slot, fields: [["slot", slot], ["outcome", outcome]] });

test("a report goes once, and is gone from here only by its receipt", async () => {
  for (const fault of ["portal", "portal json", "redirect", "502", "forged", "missing", "another's", "cut before", "cut after"]) {
    const { box, srv } = world();
    srv.faults = [fault];
    await box.add(report("S1"));
    assert.equal((await box.send()).sent, 0, fault);
    assert.equal((await box.list()).length, 1, fault + ": it stays");
    assert.equal((await box.send()).sent, 1, fault);
    assert.equal((await box.list()).length, 0, fault);
    assert.equal(srv.log.length, 1, fault + ": once");
  }
});

test("a receipt names the item, what was sent, and nothing that is missing", () => {
  const sum = "a".repeat(64);
  assert.ok(settles({ id: "1", received: sum, missing: [] }, "1", sum));
  for (const bad of [null, {}, { id: "2", received: sum, missing: [] }, { id: "1", received: "b", missing: [] }, { id: "1", received: sum }, { id: "1", received: sum, missing: ["photo"] }])
    assert.ok(!settles(bad, "1", sum));
  assert.ok(settles({ id: "1", received: sum, missing: [] }, "1", ""), "a browser without hashes");
  assert.ok(!settles({ id: "1", missing: [] }, "1", ""));
});

test("of one thing there is one item; one that was refused makes way", async () => {
  const { box, srv } = world();
  const first = await box.add(report("S1"));
  assert.equal((await box.add(report("S1"))).id, first.id, "pressed again");
  await assert.rejects(box.add(report("S1", "not_aired")), ({ waits }) => waits.id === first.id, "said otherwise");
  assert.equal((await box.list()).length, 1);
  srv.log.push({ id: "x", slot: "S1", outcome: "aired" });
  await box.send();
  const [refused] = await box.list();
  assert.deepEqual([refused.why, refused.other], ["đã được báo", "x"]);
  const asked = srv.asked;
  await box.send();
  assert.equal(srv.asked, asked, "what was refused is not sent again by itself");
  await box.send({ byHand: true });
  assert.equal(srv.asked, asked + 1, "but by hand");
  await box.add(report("S1", "not_aired"));
  assert.equal((await box.list()).length, 1);
  await box.send();
  const [again] = await box.list();
  await box.add({ ...report("S9"), about: "", instead: again.id });
  assert.deepEqual((await box.list()).map((i) => i.label), ["S9"], "what answers a refusal takes its place");
});

test("what the server asks about waits for the answer, and is not sent by hand as it was", async () => {
  const { box, srv } = world();
  srv.faults = ["asks", "refused"];
  const item = await box.add(report("S1"));
  assert.equal((await box.send({ only: item.id, how: "now" })).end.state, "refused");
  await box.add(report("S2"));
  await box.send();
  assert.deepEqual((await box.list()).map((i) => [i.label, i.asks]), [["S1", true], ["S2", false]]);
  await box.send({ byHand: true });
  assert.deepEqual(srv.log.map((r) => r.slot), ["S2"], "what was only refused is tried again");
  const answer = await box.add({ ...report("S3"), instead: item.id });
  await box.send({ only: answer.id, how: "now" });
  assert.deepEqual(srv.log.map((r) => r.slot), ["S2", "S3"]);
  assert.deepEqual(await box.list(), []);
});

test("what is shown of a report that was refused goes with what answers it", async () => {
  const { box, srv } = world();
  srv.faults = ["asks"];
  const item = await box.add(report("S1"));
  await box.addFile({ report: item.id, name: "a.jpg", type: "image/jpeg", bytes: new Uint8Array([1, 2]).buffer });
  await box.send();
  const answer = await box.add({ ...report("S3"), instead: item.id });
  const file = (await box.list()).find((i) => i.kind === "file");
  assert.deepEqual([file.report, file.after], [answer.id, answer.id]);
  await box.send();
  assert.deepEqual(await box.list(), []);
  assert.deepEqual(srv.log.map((r) => r.slot), ["S3"]);
  assert.deepEqual(srv.evidence.map((e) => e.url), ["/airings/" + answer.id + "/evidence"]);
});

test("what another try has sent has gone", async () => {
  const { box } = world();
  const item = await box.add(report("S1"));
  const first = box.send();
  assert.equal((await box.send({ only: item.id })).end.state, "gone");
  assert.equal((await first).sent, 1);
});

test("what was never tried is taken back here, what was tried at the server too", async () => {
  const { box, srv } = world();
  await box.takeBack(await box.add(report("S1")));
  assert.equal((await box.list()).length, 0);
  srv.faults = ["cut after"];
  const second = await box.add(report("S2"));
  await box.send();
  await box.takeBack(second);
  assert.equal((await box.list()).length, 2);
  await box.send();
  await box.send();
  assert.deepEqual(srv.log.map((r) => [r.outcome, r.corrects ?? ""]), [["aired", ""], ["withdrawn", second.id]]);
  assert.equal((await box.list()).length, 0);
});

const standing = (srv) => srv.log.filter((r) => r.outcome !== "withdrawn" && !srv.log.some((c) => c.corrects === r.id));
const correction = (of, note) => ({
  action: "/airings",
  about: "correct:" + of,
  label: note,
  fields: [["slot", "S1"], ["corrects", of], ["outcome", "aired"], ["note", note]],
});

test("a correction that was tried is not taken back, and another one follows it", async () => {
  const { box, srv } = world();
  srv.log.push({ id: "R", slot: "S1", outcome: "aired" });
  srv.faults = ["cut before"];
  const first = await box.add(correction("R", "một"));
  assert.ok(!final(first), "nobody was told yet");
  await box.send();
  const [tried] = await box.list();
  assert.ok(final(tried));
  await box.takeBack(tried);
  assert.deepEqual((await box.list()).map((i) => i.label), ["một"], "the report itself would be taken back");
  assert.equal((await box.add(correction("R", "một"))).id, first.id, "pressed again");
  await box.add(correction("R", "hai"));
  for (let i = 0; i < 3; i++) await box.send();
  assert.equal((await box.list()).length, 0);
  assert.deepEqual(srv.log.map((r) => r.note), [undefined, "một", "hai"]);
  assert.deepEqual(standing(srv).map((r) => r.note), ["hai"]);
});

test("what follows a correction that was refused takes its place", async () => {
  const { box, srv } = world();
  srv.log.push({ id: "R", slot: "S1", outcome: "aired" });
  srv.faults = ["cut before"];
  await box.add(correction("R", "một"));
  await box.send();
  await box.add(correction("R", "hai"));
  srv.faults = ["refused"];
  for (let i = 0; i < 3; i++) await box.send();
  assert.equal((await box.list()).length, 0);
  assert.deepEqual(standing(srv).map((r) => r.note), ["hai"]);
});

test("what arrives while it is taken back is taken back there", async () => {
  const { box, srv } = world();
  const item = await box.add(report("S1"));
  const sending = box.send();
  await box.takeBack(item);
  await sending;
  await box.send();
  assert.equal((await box.list()).length, 0);
  assert.deepEqual(standing(srv), []);
});

test("what is said anew after it was taken back goes last and stands", async () => {
  const { box, srv } = world();
  srv.faults = ["cut after"];
  const item = await box.add(report("S1"));
  await box.send();
  await box.takeBack(item);
  const anew = await box.add(report("S1", "not_aired"));
  assert.notEqual(anew.id, item.id);
  for (let i = 0; i < 3; i++) await box.send();
  assert.equal((await box.list()).length, 0);
  assert.deepEqual(
    standing(srv).map((r) => r.outcome),
    ["not_aired"],
  );
});

test("what is taken back and was never taken leaves nothing", async () => {
  const { box, srv } = world();
  srv.faults = ["cut before"];
  const item = await box.add(report("S1"));
  await box.send();
  srv.log.push({ id: "x", slot: "S1", outcome: "aired" });
  await box.takeBack(item);
  await box.send();
  await box.send();
  assert.equal((await box.list()).length, 0);
  assert.equal(srv.log.length, 1);
});

test("a session that ended loses nothing, and another person sees nothing", async () => {
  const w = world();
  w.srv.loggedIn = false;
  await w.box.add(report("S1"));
  assert.equal((await w.box.send()).out, true);
  const other = w.open("P2");
  assert.equal((await other.list()).length, 0);
  w.srv.loggedIn = true;
  assert.equal((await other.send()).sent, 0);
  assert.equal(w.srv.log.length, 0, "nobody sends for another");
  assert.equal((await w.open().send()).sent, 1);
});

test("an outbox of an older page is read, one of a newer is left alone", async () => {
  const { box, srv, store } = world();
  await store.put({ id: "old", person: "P1", action: "/airings", body: "slot=S1&outcome=aired", about: "slot:S1", at: 5 });
  await store.put({ id: "new", v: shape + 1, person: "P1", at: 6 });
  assert.equal(read({ v: shape + 1 }), null);
  assert.equal((await box.list()).length, 2);
  await box.send();
  assert.equal(srv.log[0].slot, "S1");
  assert.deepEqual((await box.list()).map((i) => [i.id, i.newer]), [["new", true]]);
});

test("a full store says so and sends nothing half", async () => {
  const { box, srv, store } = world();
  store.full = true;
  await assert.rejects(box.add(report("S1")));
  assert.equal((await box.list()).length, 0);
  assert.equal(srv.asked, 0);
});

test("a photo goes after its report, from where it was cut", async () => {
  const { box, srv, time } = world();
  const item = await box.add(report("S1"));
  const bytes = new Uint8Array(200_000).map((_, i) => i * 7);
  await box.addFile({ report: item.id, station: "S00001", name: "loa.jpg", type: "image/jpeg", bytes: bytes.buffer, captured: 5 });
  srv.faults = ["cut before"];
  await box.send();
  assert.equal(srv.files.length, 0, "nothing before its report");
  srv.faults = [undefined, undefined, undefined, "cut after"]; // report, upload made, a piece, a piece that nobody answers
  await box.send();
  assert.equal(srv.log.length, 1);
  time.now += 60_000;
  for (let i = 0; (await box.list()).length; i++) {
    assert.ok(i < 5);
    await box.send();
  }
  assert.equal(srv.files.length, 1, "one upload");
  assert.deepEqual(Buffer.from(srv.files[0].got), Buffer.from(bytes));
  assert.deepEqual(srv.evidence.map((e) => e.url), [`/airings/${item.id}/evidence`]);
});

test("a file that the station has no room for is told, holds nothing up, and goes by hand when there is", async () => {
  for (const [fault, told] of [["quota", "Đài đã dùng hết mức."], ["disk", undefined]]) {
    const { box, srv, time } = world();
    for (const name of ["a.jpg", "b.jpg"]) {
      await box.addFile({ report: "r", name, type: "image/jpeg", bytes: new Uint8Array(9).buffer });
      time.now++;
    }
    srv.faults = [fault];
    await box.send();
    assert.deepEqual((await box.list()).map((i) => [i.name, i.why]), told ? [["a.jpg", told]] : [["a.jpg", told], ["b.jpg", told]]);
    await box.send(); // a full disk passes by itself
    assert.equal((await box.list()).length, told ? 1 : 0);
    await box.send({ byHand: true });
    assert.equal((await box.list()).length, 0);
    assert.equal(srv.evidence.length, 2);
  }
});

test("a form goes after the files that belong to it, told ahead, from where it was cut", async () => {
  const { box, srv, store } = world();
  const bytes = new Uint8Array(200_000).fill(7).buffer,
    work = { action: "/enter/c", about: "/enter/c", label: "Hội thi", draft: "/enter/c" };
  const fields = [["title", "Bản tin"], ["audio", ""], ["do", "submit"]],
    files = [{ field: "audio", name: "tin.mp3", type: "audio/mpeg", kind: "contest", station: "S1", bytes }];
  const item = await box.add({ ...work, fields, files });
  await box.add(report("S1"));
  assert.equal(JSON.stringify([...store.items.values()]).includes("7,7"), false, "bytes lie beside it");
  srv.faults = ["", "", "", "", "", "cut after"]; // the report, the upload made, announced, asked for, one piece, the next
  await box.send();
  assert.deepEqual(srv.log.map((r) => r.slot), ["S1"], "the small fact first");
  assert.deepEqual(srv.announced, ["0"]);
  assert.ok((await box.list())[0].parts[0].safe > 0, "some of it is there");
  await box.send();
  assert.deepEqual(await box.list(), []);
  assert.equal(srv.files.length, 1, "once");
  assert.equal(srv.files[0].got.length, bytes.byteLength);
  assert.equal(srv.announced.length, 1);
  const arrived = srv.log.find((r) => r.id === item.id);
  assert.deepEqual([arrived.audio, arrived.title, arrived.do], ["rec-0", "Bản tin", "submit"]);
  assert.ok(!(await store.content(item.id + "/audio")), "nothing is left of it here");
});

test("a form that waits is said anew with its files, but for one that is another now", async () => {
  const { box, store } = world();
  const work = { action: "/enter/c", about: "/enter/c", label: "Hội thi", draft: "/enter/c", anew: true };
  const sound = (name, size) => ({ field: "audio", name, type: "audio/mpeg", kind: "contest", bytes: new Uint8Array(size).buffer });
  const before = await box.add({ ...work, fields: [["title", "Một"]], files: [sound("mot.mp3", 9)] });
  await box.add({ ...work, fields: [["title", "Hai"]] });
  const [kept] = await box.list();
  assert.deepEqual([kept.fields[0][1], kept.parts[0].name], ["Hai", "mot.mp3"]);
  assert.notEqual(kept.id, before.id);
  assert.equal((await store.content(kept.id + "/audio")).byteLength, 9);
  await box.add({ ...work, fields: [["title", "Hai"]], files: [sound("hai.mp3", 2)] });
  const [last, ...more] = await box.list();
  assert.deepEqual([last.parts.map((f) => f.name), more], [["hai.mp3"], []]);
  assert.equal((await store.content(last.id + "/audio")).byteLength, 2);
  assert.ok(!(await store.content(kept.id + "/audio")), "of the one before nothing is left");
  await store.update({ ...last, tries: 1 }); // it may have arrived
  await assert.rejects(box.add({ ...work, fields: [["title", "Ba"]] }), { message: "waits" });
});

test("a form that was refused keeps its files, and is answered on its page", async () => {
  for (const cut of [false, true]) {
    const { box, srv, store } = world();
    const files = [{ field: "audio", name: "tin.mp3", type: "audio/mpeg", kind: "contest", bytes: new Uint8Array(10).buffer }];
    const add = { action: "/enter/c", about: "/enter/c", fields: [["title", ""]], label: "Hội thi" };
    const item = await box.add({ ...add, files });
    srv.faults = ["", "", cut ? "refused" : "", "refused"];
    await box.send();
    const [kept] = await box.list();
    assert.deepEqual([kept.asks, kept.why], [true, "Hãy ghi lý do sửa."]);
    assert.ok(await store.content(item.id + "/audio"), "its sound is here");
    await box.send({ byHand: true });
    assert.equal((await box.list()).length, 1, "it waits for its answer");
    await box.add({ ...add, fields: [["title", "Bản tin"], ["audio", "rec-0"]], about: "/enter/c", instead: item.id });
    await box.send();
    assert.deepEqual(await box.list(), []);
    assert.equal(srv.log.length, 1);
  }
});

test("the clock is measured at a contact, and a report carries both", async () => {
  const { box, srv, time } = world();
  const day = 86_400_000;
  time.off = day;
  await box.meet((time.now - 5000).toString(36) + ".page", false);
  await box.add(report("S1"));
  await box.send();
  assert.equal(srv.log[0].behind, "-86405");
  assert.equal(srv.log[0].contact, (time.now - 5000).toString(36) + ".page");
  assert.equal((await box.contact()).behind, -86_400);
  assert.equal(await box.clock(), time.now);
  await box.add(report("S2"));
  time.now += 3 * day;
  await box.send();
  assert.equal(srv.log[1].behind, "-86400");
  assert.equal(Number(srv.log[1].sent_at) - Number(srv.log[1].said_at), 3 * day);
  await box.meet((time.now - 2 * day).toString(36) + ".lain", false);
  assert.equal((await box.contact()).behind, -86_400, "a page that has lain here moves no clock");
  await box.meet((5).toString(36) + ".older", false);
  assert.notEqual((await box.contact()).time, 5, "an older stamp takes the place of none");
  assert.equal(timeOf("zz.mark"), 1295);
  assert.equal(timeOf("?"), 0);
});

// A phone is used for many steps, by chance: after everything has settled the server has
// exactly what a plain model says, each once, and nothing waits here.
test("a random walk ends as a plain model says", async () => {
  const steps = Number(process.env.LOA_STEPS ?? 400),
    seed = Number(process.env.LOA_SEED ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}, ${steps} steps: LOA_SEED=${seed} repeats it`);
  let x = seed + 1;
  const chance = (n) => ((x = (x * 48271) % 2147483647), x % n);
  const w = world();
  let box = w.box;
  const model = new Map(); // slot → outcome, or "" when taken back
  const photos = new Set();
  let slots = 0;
  const faults = ["cut before", "cut after", "portal", "redirect", "502", "forged", "missing", "another's"];
  for (let i = 0; i < steps; i++) {
    w.time.now += 1000 * (1 + chance(600));
    switch (chance(9)) {
      case 0:
      case 1: {
        const slot = "S" + slots++,
          outcome = chance(2) ? "aired" : "not_aired";
        await box.add(report(slot, outcome));
        model.set(slot, outcome);
        break;
      }
      case 2: {
        const waiting = (await box.list()).filter((i) => i.about?.startsWith("slot:"));
        if (!waiting.length) break;
        const item = waiting[chance(waiting.length)];
        if ((await box.list()).some((i) => i.about === "back:" + item.id)) break;
        await box.takeBack(item);
        model.set(item.about.slice(5), "");
        photos.delete(item.id);
        break;
      }
      case 3: {
        const waiting = (await box.list()).filter((i) => i.about?.startsWith("slot:"));
        const item = waiting[chance(Math.max(1, waiting.length))];
        if (!item || (await box.list()).some((i) => i.about === "back:" + item.id)) break;
        await box.addFile({ report: item.id, name: "a.jpg", type: "image/jpeg", bytes: new Uint8Array(1 + chance(150_000)).buffer });
        photos.add(item.id);
        break;
      }
      case 4:
        w.srv.away = !w.srv.away;
        break;
      case 5:
        w.srv.faults.push(faults[chance(faults.length)]);
        break;
      case 6:
        w.srv.loggedIn = chance(4) > 0;
        break;
      case 7:
        box = w.open(); // reloaded
        break;
      default:
        await box.send();
    }
  }
  Object.assign(w.srv, { away: false, faults: [], loggedIn: true });
  for (let i = 0; i < 20 && (await box.list()).length; i++) await box.send();
  assert.deepEqual(await box.list(), [], "the outbox is empty");
  const ids = w.srv.log.map((r) => r.id);
  assert.equal(new Set(ids).size, ids.length, "each once");
  for (const [slot, outcome] of model) {
    const stands = w.srv.log.filter((r) => r.slot === slot && r.outcome !== "withdrawn" && !w.srv.log.some((c) => c.corrects === r.id));
    assert.deepEqual(stands.map((r) => r.outcome), outcome ? [outcome] : [], slot);
  }
  for (const id of photos) {
    if (!w.srv.log.some((r) => r.id === id)) continue;
    assert.ok(w.srv.evidence.some((e) => e.url === `/airings/${id}/evidence`), "photo of " + id);
  }
});
