// The outbox of this browser: what a person did and the server has not heard.
// Everything is kept first (store) and then sent: the small facts in the order
// in which they were said, then the files, piece by piece. An item goes only
// when the server's receipt names it, what was sent, and nothing that is missing:
// not by a status, not by a redirect, not by a page of a captive portal.
//
// An item is {id, v, person, kind, action, fields, about, label, at, contact,
// behind, tries}. about is what it speaks of: of one thing there is one item.
// after is the ID of an item that must have arrived before. why is the server's
// sentence when it refused, other the record that stands in the way; asks then tells
// that its page asks something, and the item waits for the answer. A file has its bytes
// beside it. parts are files that go before the form they belong to, which names them
// by what they become: {id, field, name, type, kind}.
//
// Nothing here knows a page or a database: see outstore.js and outgoing.js.

import { settles } from "./keep.js";

export const shape = 3; // of an item; without parts it is still 2
const passing = [401, 408, 425, 429]; // refusals that pass
const patience = 60_000; // ms without an answer: the line is dead
const quota = "library.quota_used"; // passes when somebody makes room: she is told
const probe = 64 * 1024; // the first piece of a file
const most = 1024 * 1024; // the largest
const brisk = 5000; // ms in which a piece has to go so that the next may be larger
const recent = 40; // of what was sent

// read brings an item to the shape of this page; null is what a newer page kept,
// which is left alone.
export function read(item) {
  if ((item.v ?? 1) > shape) return null;
  if (item.v > 1) return item;
  const { body, ...rest } = item; // shape 1 kept the form as it was sent
  return { kind: "fact", tries: 0, ...rest, v: 2, fields: [...new URLSearchParams(body ?? "")] };
}

// timeOf is when a stamp was given, by the server's clock in ms.
export const timeOf = (stamp) => parseInt(String(stamp).split(".")[0], 36) || 0;

const field = (item, name) => item.fields.find(([n]) => n === name)?.[1] ?? "";

// final reports whether an item can be taken back no more: it may have arrived, and is not the
// report of an airing, which another report takes back.
export const final = (item) =>
  item.kind === "fact" &&
  item.tries > 0 &&
  !item.why &&
  !item.newer &&
  (item.action !== "/airings" || field(item, "corrects") !== "");

const root = "/api/v1/uploads";

// why is the reason that is given for what was taken back and had arrived.
// arrived is told of each item that the server has.
export function outbox({ store, fetch, now, uuid, hash, person, why = "", changed = () => {}, arrived = () => {} }) {
  let running = null;

  const notes = (name) => name + ":" + person;
  const tell = async () => changed(await list());

  // list is what of hers waits, in the order in which it goes.
  async function list() {
    const all = (await store.all()).filter((i) => i.person === person);
    const known = all.map((i) => read(i) ?? { ...i, newer: true });
    const late = (i) => (i.kind === "file" || i.parts ? 1 : 0);
    return known.sort((a, b) => late(a) - late(b) || a.at - b.at || (a.after === b.id) - (b.after === a.id));
  }

  const sent = async () => (await store.noted(notes("sent"))) ?? [];
  const contact = async () => (await store.noted(notes("contact"))) ?? null;

  // meet notes a stamp, and by it how many seconds the clock here is behind the server's. exact
  // tells that it has just come; that of a page may have lain here, which makes
  // the clock look fast and never slow.
  async function meet(stamp, exact) {
    const time = timeOf(stamp),
      before = await contact();
    if (!time || (before && before.time > time) || (before?.time === time && !exact)) return;
    const measured = Math.round((time - now()) / 1000),
      behind = exact ? measured : Math.max(measured, before?.behind ?? measured);
    await store.note(notes("contact"), { stamp, time, behind });
  }

  // clock is the time as the server tells it, as well as is known.
  const clock = async () => now() + ((await contact())?.behind ?? 0) * 1000;

  async function knows(id) {
    return (await list()).some((i) => i.id === id) || (await sent()).some((i) => i.id === id);
  }

  // add keeps a form. Of one thing there is one item: pressed again it is that one. Said otherwise,
  // a correction follows the one that waits, and with anew what was not tried yet is said anew, with its files but for
  // those that are others now; of all else it throws {waits}, which is to be taken back
  // first. One that was refused makes way. instead is the ID of one that was refused and that this answers.
  // files go before the form: {field, name, type, kind, bytes}, with url where some of it has gone already.
  async function add({ id, action, fields, about, label, then, after, instead, files = [], draft, anew = false }) {
    const said = fields.filter(([name]) => name !== "id").map(([name, value]) => [name, String(value)]);
    const all = await list(),
      backOf = (i) => all.find((b) => b.about === "back:" + i.id),
      same = all.filter((i) => about && i.about === about && i.kind === "fact"),
      other = same.filter((i) => !backOf(i)).pop();
    if (other && !other.why) {
      const first = field(other, "corrects"),
        words = (list) => JSON.stringify(list.filter(([name]) => name !== "corrects"));
      if (other.action === action && !files.length && words(other.fields) === words(said)) return other;
      if (anew && !other.tries) {
        for (const part of (other.parts ?? []).filter((one) => files.every(({ field }) => field !== one.field)))
          files.push({ ...part, bytes: await store.content(part.id) });
        instead = other.id;
      } else if (!first) throw Object.assign(new Error("waits"), { waits: other });
      else said.find(([name]) => name === "corrects")[1] = after = other.id;
    }
    for (const taken of same) if (taken !== other) after ??= backOf(taken)?.id; // what was taken back goes first
    const c = await contact();
    const item = {
      id: id && !(await knows(id)) ? id : uuid(),
      v: files.length ? shape : 2,
      person,
      kind: "fact",
      action,
      fields: said,
      about,
      label,
      then,
      after,
      at: now(),
      contact: c?.stamp,
      behind: c?.behind,
      tries: 0,
      draft,
    };
    const contents = files.map(({ field, bytes }) => [item.id + "/" + field, bytes]);
    if (files.length)
      item.parts = files.map(({ bytes, ...file }) => ({
        ...file,
        id: item.id + "/" + file.field,
        size: bytes.byteLength,
      }));
    await store.put(item, contents);
    for (const old of all)
      if (old.id === instead || (old.why && old === other)) {
        for (const file of all.filter((i) => i.kind === "file" && i.report === old.id))
          await store.update({ ...file, ...of(item.id), after: item.id }); // what she showed of it goes along
        await store.remove(old.id);
      }
    await tell();
    return item;
  }

  // of is where what is shown of a report goes.
  const of = (report) => ({ report, action: "/airings/" + report + "/evidence" });

  // addFile keeps a photo or a recording of a report that is here or at the server.
  // fields are what else is told of it.
  async function addFile({ report, station, name, type, bytes, captured, label, fields = [] }) {
    const here = (await list()).find((i) => i.id === report);
    const item = {
      id: uuid(),
      v: 2,
      person,
      kind: "file",
      ...of(report),
      fields,
      station,
      name,
      type,
      size: bytes.byteLength,
      captured,
      label,
      at: now(),
      after: here && report,
      tries: 0,
    };
    await store.put(item, [[item.id, bytes]]);
    await tell();
    return item;
  }

  // takeBack takes an item back: away with it if the server can know nothing of it, else by
  // a report that takes back the first, also where it has arrived while she pressed.
  async function takeBack(item) {
    if (final(item)) return;
    const { id, kind, newer } = item;
    const all = await list();
    for (const file of all.filter((i) => i.after === id && i.kind === "file")) await store.remove(file.id);
    if (kind !== "fact" || item.why || newer) {
      await store.remove(id);
      for (const next of all.filter((i) => i.after === id)) await store.remove(next.id);
    } else if (!(await store.removeUntried(id))) {
      const back = [
        ["corrects", id],
        ["outcome", "withdrawn"],
        ["slot", field(item, "slot")],
        ["station", field(item, "station")],
        ["why", why],
      ];
      const { action, label, then } = item;
      await add({ action, fields: back, about: "back:" + id, label, then, after: id });
    }
    await tell();
  }

  // ask is fetch that does not wait for a dead line.
  async function ask(url, options) {
    const dead = new AbortController(),
      timer = setTimeout(() => dead.abort(), patience);
    try {
      const answer = await fetch(url, { redirect: "manual", cache: "no-store", ...options, signal: dead.signal });
      const text = await answer.text();
      let json = null;
      try {
        json = JSON.parse(text);
      } catch {
        /* not ours */
      }
      return { answer, json };
    } finally {
      clearTimeout(timer);
    }
  }

  // post sends a fact. It returns {state}: "sent" with the receipt, "refused" with
  // the problem, "out" when nobody is logged in, "later".
  async function post(item, fields, how) {
    item.tries++; // a try that nobody answers may have arrived
    if (!(await store.update(item))) return { state: "gone" };
    const told = [
      ...fields,
      ["id", item.id],
      ["said_at", item.at],
      ["sent_at", now()],
      ["contact", item.contact ?? ""],
      ["behind", item.behind ?? ""],
    ];
    const body = new URLSearchParams(told.map(([n, v]) => [n, String(v)])).toString();
    const sum = await hash(body);
    try {
      const { answer, json } = await ask(item.action, {
        method: "POST",
        body,
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          Accept: "application/json",
          "Loa-Outbox": how,
          "Loa-Person": item.person,
        },
      });
      if (answer.status === 200 && settles(json, item.id, sum)) {
        const stamp = answer.headers.get("Loa-Contact");
        if (stamp) await meet(stamp, true);
        return { state: "sent", receipt: json };
      }
      if (!json?.code) return { state: "later" };
      if (answer.status === 401) return { state: "out" };
      return answer.status >= 400 && answer.status < 500 && !passing.includes(answer.status)
        ? { state: "refused", problem: json, asks: answer.headers.has("Loa-Asks") }
        : { state: "later" };
    } catch {
      return { state: "later" };
    }
  }

  // verdict is what an answer to an upload means that is not what was asked for.
  function verdict({ answer, json }) {
    if (!json?.code) return { state: "later" };
    if (answer.status === 401) return { state: "out" };
    const mayPass = [404, 409, 410, 423, ...passing].includes(answer.status) || answer.status >= 500;
    return mayPass && json.code !== quota ? { state: "later" } : { state: "refused", problem: json };
  }

  const version = (item) => ({ "Tus-Resumable": "1.0.0", "Loa-Person": item.person });
  const ours = (answer) => answer.headers.has("Tus-Resumable");

  // create begins the upload of a file (tus 1.0), which the item is or has; a state as post's where it cannot.
  async function create(item, file) {
    const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
    const kind = file.kind !== "file" ? file.kind : file.type.startsWith("image/") ? "photo" : "evidence";
    const order = { filename: file.name, kind, ...(file.station && { station: file.station }) };
    const made = await ask(root, {
      method: "POST",
      headers: {
        ...version(item),
        "Upload-Length": String(file.size),
        "Upload-Metadata": Object.entries(order)
          .map(([k, v]) => k + " " + base64(v))
          .join(","),
      },
    });
    if (made.answer.status !== 201 || !made.answer.headers.has("Location")) return verdict(made);
    file.url = made.answer.headers.get("Location");
    return (await store.update(item)) ? null : { state: "gone" };
  }

  // upload sends the bytes of a file from where it was cut, and returns
  // the ID of the recording, or a state as post does.
  async function upload(item, file) {
    const headers = version(item),
      bytes = await store.content(file.id);
    if (!bytes) return { state: "refused", problem: { code: "gone", detail: "" } };
    let at = 0;
    if (file.url) {
      const { answer } = await ask(file.url, { method: "HEAD", headers });
      if (answer.headers.get("Loa-Recording")) return { recording: answer.headers.get("Loa-Recording") };
      if (answer.ok && answer.headers.has("Upload-Offset")) at = Number(answer.headers.get("Upload-Offset"));
      else if ((answer.status === 404 || answer.status === 410) && ours(answer)) delete file.url;
      else return verdict(await ask(file.url, { headers }));
    }
    if (!file.url) {
      const not = await create(item, file);
      if (not) return not;
    }
    for (let size = probe; at < bytes.byteLength; ) {
      const begun = now();
      const went = await ask(file.url, {
        method: "PATCH",
        headers: { ...headers, "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" },
        body: bytes.slice(at, at + size),
      });
      if (went.answer.status !== 204 || !ours(went.answer)) return verdict(went);
      if (went.answer.headers.get("Loa-Recording")) return { recording: went.answer.headers.get("Loa-Recording") };
      const offset = Number(went.answer.headers.get("Upload-Offset"));
      if (!(offset > at)) return { state: "later" };
      at = offset;
      file.safe = at; // shown, not relied on
      if (!(await store.update(item))) return { state: "gone" };
      await tell();
      if (now() - begun < brisk) size = Math.min(most, size * 2);
    }
    const state = await ask(file.url, { headers });
    return state.answer.ok && state.json?.recording ? { recording: state.json.recording } : verdict(state);
  }

  // bring uploads a file that is not there yet; a state as post's where it cannot.
  async function bring(item, file) {
    if (file.recording) return null;
    const end = await upload(item, file).catch(() => ({ state: "later" }));
    if (!end.recording) return end;
    file.recording = end.recording;
    return (await store.update(item)) ? null : { state: "gone" };
  }

  async function sendFile(item, how) {
    const not = await bring(item, item);
    if (not) return not;
    const file = [["audio", item.recording], ["captured", item.captured ?? ""], ["sent", now()]];
    return post(item, [...item.fields, ...file], how);
  }

  // announce tells the server of a form whose files it knows and has not got, so that a deadline
  // between the two does not part them. What it says against the form is told when that is sent.
  async function announce(item) {
    const uploads = item.parts.map((f) => [f.field, f.recording ?? f.url.split("/").pop()]),
      named = uploads.map(([name]) => name),
      fields = item.fields.filter(([name]) => name !== "do" && !named.includes(name));
    const { answer, json } = await ask(item.action, {
      method: "POST",
      body: new URLSearchParams([...fields, ...uploads, ["do", "announce"], ["id", item.id]]).toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded", "Loa-Person": item.person },
    });
    item.announced = answer.headers.has("Loa-Announced") || (json?.code && answer.status !== 401);
    await store.update(item);
  }

  // sendWhole sends a form after the files that belong to it.
  async function sendWhole(item, how) {
    for (const file of item.parts.filter((f) => !f.recording && !f.url)) {
      const not = await create(item, file).catch(() => ({ state: "later" }));
      if (not) return not;
    }
    if (!item.announced) await announce(item).catch(() => {});
    for (const file of item.parts) {
      const not = await bring(item, file);
      if (not) return not;
      item.fields = [...item.fields.filter(([name]) => name !== file.field), [file.field, file.recording]];
    }
    return post(item, item.fields, how);
  }

  // one sends one item and does what follows.
  async function one(item, how) {
    if (!(await store.all()).some((i) => i.id === item.id)) return { state: "gone" };
    const end = item.parts
      ? await sendWhole(item, how)
      : item.kind === "file"
        ? await sendFile(item, how)
        : await post(item, item.fields, how);
    if (end.state === "sent") {
      const { id, about, label, kind } = item;
      const line = { id, about, label, kind, then: end.receipt.then, now: await clock() };
      await store.note(notes("sent"), [line, ...(await sent())].slice(0, recent));
      arrived(item);
      await store.remove(item.id); // last: cut in between, it is sent again and changes nothing
    } else if (end.state === "refused") {
      item.why = end.problem.detail || end.problem.code;
      item.status = end.problem.status;
      item.other = end.problem.other;
      item.asks = Boolean(end.asks || item.parts); // its page has room to mend it
      await store.update(item);
    }
    await tell();
    return end;
  }

  // send sends what waits. what: only (the ID of one), how ("now" while she looks on),
  // byHand (she asked for it: what was refused is tried again, but for what waits for an
  // answer). It ends with what the last server said: {sent, out, later}, and of only its own end.
  function send(what = {}) {
    if (running) return running.then(() => send(what));
    running = store
      .alone(async () => {
        const out = { sent: 0, later: false, out: false, end: null };
        const all = what.only ? [what.only] : (await list()).map((i) => i.id);
        for (const id of all) {
          const here = await list(),
            item = here.find((i) => i.id === id);
          if (!item) out.end = { state: "gone" }; // sent meanwhile, or taken back
          const again = what.only || (what.byHand && !item?.asks);
          if (!item || item.newer || (item.why && !again)) continue;
          const first = item.after && here.find((i) => i.id === item.after);
          if (first) {
            if (!first.why || item.kind === "file") continue; // its turn comes
            // the server never took the first: what takes it back ends with it, what follows it takes its place
            await store.remove(first.id);
            if (item.about?.startsWith("back:")) {
              await store.remove(item.id);
              await tell();
              continue;
            }
            item.fields.find(([name]) => name === "corrects")[1] = field(first, "corrects");
            delete item.after;
          }
          delete item.why;
          const end = await one(item, what.how ?? "later");
          if (what.only) out.end = end;
          if (end.state === "sent") out.sent++;
          if (end.state === "out") out.out = true;
          if (end.state === "later") out.later = true;
          if (end.state === "out" || end.state === "later") break; // the line is dead for all
        }
        return out;
      })
      .finally(() => {
        running = null;
      });
    return running;
  }

  return { list, sent, contact, meet, clock, knows, add, addFile, takeBack, send };
}
