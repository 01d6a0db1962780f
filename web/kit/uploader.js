// Sends the file of a field piece by piece (tus 1.0) as soon as it is chosen,
// and goes on where it was cut: after a lost line, a reload, a dead battery or
// days. What is under way is kept in IndexedDB, the file included where the
// browser allows it; else choosing the same file again goes on with it. What an
// earlier visit left is named and asked about first: the form may be for
// something else by now. Only where choosing a file is sending it (data-now) does
// it go on by itself. Another file, also one that is refused, takes its place for
// good. The form is then sent with the recording's ID in place of the file.
//
// The part "upload" of _parts.html draws such a field. Without this script it
// is a plain file field.

import { submit, submitter } from "./kit.js";
import { scaled } from "./photo.js";

const root = "/api/v1/uploads";
const version = { "Tus-Resumable": "1.0.0", "Accept-Language": document.documentElement.lang };
const probe = 64 * 1024; // the first piece: what is no audio is refused after it
const piece = 4 * 1024 * 1024; // the largest
// ms a piece should take: what has arrived is shown that often, and no answer comes later than patience
const spell = 15_000;
const patience = 60_000; // ms without a sign of the server: the line is dead
const remembered = 30 * 86_400_000; // ms; the server gives an upload up sooner
// ms the memory may take to open; Safari at times never opens it, nor does an old window that holds it
const opening = 2000;

const opened = new Promise((done, failed) => {
  setTimeout(failed, opening);
  const ask = indexedDB.open("loa-uploads", 2);
  ask.onupgradeneeded = () => {
    if (ask.result.objectStoreNames.contains("uploads")) ask.result.deleteObjectStore("uploads");
    ask.result.createObjectStore("uploads");
  };
  ask.onsuccess = () => {
    ask.result.onversionchange = () => ask.result.close(); // a newer page waits for it
    done(ask.result);
  };
  ask.onerror = () => failed(ask.error);
});
opened.catch(() => {}); // each use says what it does without
const table = (mode, work) =>
  opened
    .then(
      (db) =>
        new Promise((done, failed) => {
          const ask = work(db.transaction("uploads", mode).objectStore("uploads"));
          ask.onsuccess = () => done(ask.result);
          ask.onerror = () => failed(ask.error);
        }),
    )
    .catch(() => undefined); // a private window has no memory: sending still works
const recall = (key) => table("readonly", (t) => t.get(key));
const forget = (key) => table("readwrite", (t) => t.delete(key));

// end gives a file up, here and on the server, which else does so by itself. One
// that arrived is a recording by now and stays.
async function end(key, arrived) {
  const known = await recall(key);
  await forget(key);
  if (known?.url && !arrived) fetch(known.url, { method: "DELETE", headers: version }).catch(() => {});
}

const person = document.body.dataset.person;

// watch holds a form back until its files have arrived, and says that it does.
// The button pressed last is the one that counts.
function watch(form) {
  let waiting = false,
    pressed = null;
  const go = () => submit(form, pressed);
  const fields = [...form.querySelectorAll("[data-upload]")].map((box) =>
    sender(form, box, () => {
      if (!waiting) go();
    }),
  );
  form.addEventListener("submit", async (e) => {
    const open = fields.find((f) => f.asks());
    if (open) {
      e.preventDefault();
      open.insist();
      return;
    }
    const busy = fields.filter((f) => f.sending());
    if (!busy.length) {
      for (const f of fields) f.handOver();
      return;
    }
    e.preventDefault();
    pressed?.removeAttribute("aria-busy");
    pressed = submitter(e);
    pressed?.setAttribute("aria-busy", "true");
    for (const f of busy) f.hold();
    if (waiting) return;
    waiting = true;
    if (form.dataset.announce !== undefined && pressed?.value !== "check") announce(form, fields, () => waiting);
    const arrived = Promise.all(busy.map((f) => f.sending())),
      kept = Promise.race(busy.map((f) => f.unheard())).then(() => hand(form, fields, pressed));
    const all = await Promise.race([arrived, kept.then((yes) => (yes ? null : arrived))]);
    waiting = false;
    pressed?.removeAttribute("aria-busy");
    if (all?.every(Boolean)) go();
  });
}

// hand gives a form with its files to the outbox, where nobody answers and there is one: the page need not stay.
async function hand(form, fields, button) {
  if (form.dataset.outbox === undefined || button?.dataset.direct !== undefined) return false;
  const { box, take } = await import("./outgoing.js").catch(() => ({}));
  if (!box) return false;
  const files = (await Promise.all(fields.map((f) => f.part()))).filter(Boolean);
  if (!(await take(form, button, files))) return false;
  for (const f of fields) f.handed();
  return true;
}

// announce sends a form ahead of its files, so that a deadline between the two
// does not part them: the IDs of the uploads stand for the files. It tries until
// the server has the form or the files have arrived.
async function announce(form, fields, waiting) {
  const line = form.querySelector("[data-announced]");
  for (; waiting(); await new Promise((done) => setTimeout(done, 2000))) {
    if (fields.some((f) => f.sending() && !f.upload())) continue; // nobody knows its ID yet
    const body = new FormData(form);
    for (const f of fields) f.standIn(body);
    body.set("do", "announce");
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
    if (answer?.headers.has("Loa-Announced")) line.textContent = await answer.text();
    // a refusal is told when the form itself is sent
    if (answer && (answer.headers.has("Loa-Announced") || (answer.status >= 400 && answer.status < 500))) return;
  }
}

// sender runs one field. Its place in the form names it in the memory. ready is
// called when a file has arrived that the form need not wait for.
function sender(form, box, ready) {
  const words = box.dataset,
    inputs = [...box.querySelectorAll("input[type=file]")],
    input = inputs[inputs.length - 1],
    kept = box.querySelector("[data-kept]");
  const state = box.querySelector("[data-state]"),
    bar = state.querySelector("progress"),
    line = state.querySelector("[role=status]");
  const use = state.querySelector("[data-use]"),
    drop = state.querySelector("[data-drop]");
  const found = state.querySelector("[data-findings]"),
    shape = found.querySelector("template"),
    told = state.querySelector("[data-size]");
  const choose = box.querySelector("[data-choose]"),
    refused = box.querySelector("[data-refused]"),
    captured = box.querySelector("[data-captured]"),
    sentAt = box.querySelector("[data-sent-at]");
  const place = new URL(form.action).pathname + "#" + words.upload,
    required = input.required;
  // what is being sent or was: file, order, key and, once known, record (in the memory), safe (bytes),
  // arrived, ended
  let current = null;
  let asked = null; // what an earlier visit left, until somebody says whether it is wanted
  let turns = 0; // files that were chosen or dropped on this page: the last one counts

  const say = (text, bad) => {
    line.textContent = text;
    line.classList.toggle("error", Boolean(bad));
    state.hidden = !text;
  };
  const list = (sentences) => {
    for (const old of found.querySelectorAll(".notice")) old.remove();
    for (const sentence of sentences) {
      const one = shape.content.cloneNode(true);
      one.querySelector("span").textContent = sentence;
      found.append(one);
    }
    found.hidden = !sentences.length;
  };
  const reset = (text, bad) => {
    // bad is the name of a file that was refused
    current = asked = null;
    use.hidden = true;
    list([]);
    for (const one of inputs) one.value = "";
    kept.value = "";
    refused.value = bad ? bad + ": " + text : ""; // the form tells it again when it comes back
    input.required = required;
    choose.hidden = told.hidden = false;
    told.textContent = "";
    bar.hidden = drop.hidden = true;
    say(text, bad);
  };

  // take scales what is a picture, tells its size, and begins.
  const take = async (file) => {
    const turn = ++turns;
    if (!words.picture || !file.type.startsWith("image/")) return begin(file);
    quit();
    reset(words.scaling);
    const light = await scaled(file);
    if (turn !== turns) return;
    begin(light);
    if (current && light !== file)
      told.textContent = words.scaled.replace("{from}", size(file.size)).replace("{to}", size(light.size));
  };

  // quit ends what was being sent, unless it is the file of this key again.
  const quit = (key) => {
    current?.abort.abort();
    if (current && current.key !== key) end(current.key, current.ended);
  };

  // clear ends what earlier visits left here, but for the file of this key and
  // what another tab is sending.
  const clear = async (key) => {
    for (const u of await left()) {
      if (u.key === key) continue;
      if (navigator.locks) navigator.locks.request(lock(u.key), { ifAvailable: true }, (free) => free && end(u.key));
      else end(u.key);
    }
  };

  const begin = (file) => {
    const kind = words.picture && file.type.startsWith("image/") ? words.picture : words.kind;
    const key = [person, kind, file.name, file.size, file.lastModified].join("|");
    quit(key);
    clear(key);
    if (!file.size) return reset(words.none, file.name);
    if (file.size > Number(words.limit)) return reset(words.large, file.name);
    if (captured) captured.value = file.lastModified;
    const order = { filename: file.name, kind },
      station = words.station || form.elements.station?.value;
    if (station) order.station = station;
    const mine = (current = { file, order, safe: 0, key, abort: new AbortController() });
    mine.unheard = new Promise((tell) => (mine.nobodyAnswers = tell));
    asked = null;
    use.hidden = true;
    kept.value = refused.value = "";
    input.required = false;
    choose.hidden = true; // beside a file that is there, "no file chosen" would be untrue
    told.hidden = !words.picture;
    told.textContent = words.picture ? size(file.size) : "";
    bar.hidden = drop.hidden = false;
    bar.value = 0;
    list([]);
    say(words.beginning.replace("{name}", () => file.name));
    mine.arrived = send(mine, place, words, {
      say,
      show: (part) => {
        bar.value = part;
      },
    }).then(
      (recording) => {
        if (current !== mine) return false;
        mine.ended = true;
        keep(kept, recording, file.name);
        for (const one of inputs) one.value = ""; // the form takes the ID and not the bytes
        bar.hidden = true;
        say(words.arrived.replace("{name}", () => file.name));
        findings(recording).then((sentences) => {
          if (current === mine) list(sentences);
        });
        if ("now" in words) ready();
        return true;
      },
      (problem) => {
        if (current === mine)
          reset(
            words.foreign && problem.foreign && !file.type.startsWith("audio/") ? words.foreign : problem.message,
            file.name,
          );
        return false;
      },
    );
  };

  for (const one of inputs) one.addEventListener("change", () => (one.files[0] ? take(one.files[0]) : undefined));
  drop.addEventListener("click", () => {
    turns++;
    quit();
    clear();
    reset("");
  });
  use.addEventListener("click", () => {
    if (asked) begin(asked.file);
  });
  // the form goes by itself
  if ("now" in words) for (const button of form.querySelectorAll("button:not([type])")) button.hidden = true;
  const early = inputs.find((one) => one.files[0]); // chosen before this script had come
  if (early) take(early.files[0]);
  else resume();
  return {
    sending: () => (current && !current.ended ? current.arrived : null),
    upload: () => current?.record?.url?.split("/").pop(),
    standIn: (body) => {
      body.delete(input.name);
      if (current && !current.ended) body.set(words.upload, current.record.url.split("/").pop());
    },
    asks: () => Boolean(asked),
    insist: () => {
      say(of(asked, words.ask) + " " + words.answer, true);
      use.focus();
    },
    unheard: () => current?.unheard ?? new Promise(() => {}),
    part: async () => {
      if (!current || current.ended) return null;
      const { file, order, record } = current,
        bytes = await file.arrayBuffer();
      const url = record?.url && new URL(record.url, location).pathname;
      return { field: words.upload, name: file.name, type: file.type, ...order, bytes, ...(url && { url }) };
    },
    handed: () => {
      if (!current || current.ended) return;
      const { key } = current;
      current.abort.abort();
      current = null;
      forget(key); // the outbox goes on with it
      bar.hidden = drop.hidden = told.hidden = true;
      say("");
    },
    hold: () => {
      told.hidden = false;
      told.textContent = words.held;
    },
    handOver: () => {
      if (sentAt) sentAt.value = Date.now();
      return (
        current && table("readwrite", (t) => t.put({ ...current.record, file: undefined, handed: true }, current.key))
      );
    },
  };

  // left is what this field was sending when a page was left, the oldest first.
  async function left() {
    const all = (await table("readonly", (t) => t.getAll())) || [];
    return all.filter((u) => u.place === place && u.person === person && !u.handed).sort((a, b) => a.at - b.at);
  }

  // resume asks about what this field was sending when the page was left.
  async function resume() {
    for (const u of (await table("readonly", (t) => t.getAll())) || [])
      if (Date.now() - u.at > remembered) forget(u.key);
    const last = (await left()).pop();
    if (!last || turns || (kept.matches("input") && kept.value)) return;
    if (!last.file && !last.url) return forget(last.key);
    if (last.file && "now" in words) return begin(last.file);
    bar.hidden = true;
    drop.hidden = false;
    if (!last.file) return say(of(last, words.again));
    asked = last;
    use.hidden = input.required = false;
    say(of(last, words.ask));
  }
}

// keep puts the recording's ID where the form takes it from: a hidden field, or
// a choice among those sent before.
function keep(field, recording, name) {
  if (field.matches("select") && ![...field.options].some((o) => o.value === recording))
    field.add(new Option(name, recording));
  field.value = recording;
}

// findings tells what should be mended in a recording, while another file can
// still be chosen. Without an answer the recording's page tells it.
async function findings(recording) {
  const answer = await fetch("/api/v1/audio/" + recording + "/report", { headers: version }).catch(() => null);
  const report = answer?.ok ? await answer.json().catch(() => null) : null;
  return (report?.findings ?? []).filter((f) => f.grade === "warn").map((f) => f.detail);
}

// send tries until the file is kept, and returns the recording's ID. One tab at
// a time sends a file.
async function send(job, place, words, { say, show }) {
  const run = async () => {
    for (let wait = 1; ; wait = Math.min(wait * 2, 60)) {
      try {
        return await attempt(job, place, words, say, show, () => {
          wait = 1;
        });
      } catch (problem) {
        if (job.abort.signal.aborted) throw problem;
        if (problem.final) {
          if (problem.told) await forget(job.key); // else it is the file's own trouble, and the same file goes on later
          throw problem;
        }
        if (!problem.told) job.nobodyAnswers();
        say(
          problem.told ? problem.message : words.waiting.replace("{sent}", size(job.safe)).replace("{seconds}", wait),
        );
        await pause(wait * 1000, job);
      }
    }
  };
  return navigator.locks ? navigator.locks.request(lock(job.key), { signal: job.abort.signal }, run) : run();
}

const lock = (key) => "loa-upload " + key;

// attempt goes on with the file until it is kept, and returns the recording's ID.
async function attempt(job, place, words, say, show, moved) {
  const { file, key, order } = job;
  let at = 0;
  job.record = await recall(key);
  if (job.abort.signal.aborted) throw new Error("dropped");
  if (job.record?.url) {
    const head = await ask(job, job.record.url, { method: "HEAD" });
    if (head.headers.get("Loa-Recording")) return head.headers.get("Loa-Recording");
    if (head.ok && head.headers.has("Upload-Offset")) at = Number(head.headers.get("Upload-Offset"));
    else if ((head.status === 404 || head.status === 410) && head.headers.has("Tus-Resumable")) job.record = undefined;
    else await fail(await ask(job, job.record.url));
  }
  if (!job.record?.url) {
    const put = (u) => table("readwrite", (t) => t.put(u, key));
    job.record = { key, place, person, name: file.name, at: Date.now() };
    await put({ ...job.record, file }); // before anybody answers: a page that is left without a network goes on with it
    const made = await ask(job, root, {
      method: "POST",
      headers: {
        ...version,
        "Upload-Length": String(file.size),
        "Upload-Metadata": Object.entries(order)
          .map(([k, v]) => k + " " + base64(v))
          .join(","),
      },
    });
    if (made.status !== 201 || !made.headers.has("Location")) await fail(made);
    if (job.abort.signal.aborted) throw new Error("dropped"); // and forgotten
    job.record.url = made.headers.get("Location");
    (await put({ ...job.record, file })) ?? (await put(job.record));
  }
  const since = Date.now(),
    first = at;
  const shown = (offset) => {
    show(offset / file.size);
    const rate = (offset - first) / Math.max(0.001, (Date.now() - since) / 1000);
    say(
      words.sending
        .replace("{sent}", size(offset))
        .replace("{all}", size(file.size))
        .replace("{rate}", rate > 0 ? size(rate) : "…")
        .replace("{left}", rate > 0 ? clock((file.size - offset) / rate) : "…"),
    );
  };
  if (at > job.safe) moved(); // of a piece nobody answered to
  job.safe = at;
  shown(at);
  for (let most = probe; at < file.size;) {
    const body = file.slice(at, at + most),
      begun = Date.now();
    await body
      .slice(0, 1)
      .arrayBuffer()
      .catch(() => {
        throw final(words.unreadable);
      }); // moved, changed, or its card taken out
    const next = await patch(job, at, body);
    if (next.recording) return next.recording;
    most = Math.round(Math.min(piece, Math.max(probe, (spell * (next.at - at)) / Math.max(1, Date.now() - begun))));
    at = job.safe = next.at;
    shown(at);
    moved();
  }
  for (;;) {
    say(words.checking);
    const state = await ask(job, job.record.url);
    if (!state.ok) await fail(state);
    const told = await state.json();
    if (told.recording) return told.recording;
    await pause(2000, job);
  }
}

// pause waits so many ms, less when the network is there again or nobody wants
// the file any more.
function pause(ms, job) {
  return new Promise((done) => {
    setTimeout(done, ms);
    addEventListener("online", done, { once: true });
    job.abort.signal.addEventListener("abort", done);
  });
}

// ask is fetch that neither waits for a dead line nor outlives its field.
async function ask(job, url, options) {
  const dead = new AbortController(),
    end = () => dead.abort(),
    timer = setTimeout(end, patience);
  job.abort.signal.addEventListener("abort", end);
  if (job.abort.signal.aborted) end();
  try {
    return await fetch(url, { headers: version, ...options, signal: dead.signal });
  } finally {
    clearTimeout(timer);
    job.abort.signal.removeEventListener("abort", end);
  }
}

// patch sends one piece. XMLHttpRequest alone tells that some of it has gone:
// from the browser, not to the server, so that the line is not taken for dead.
function patch(job, at, body) {
  return new Promise((done, failed) => {
    const x = new XMLHttpRequest(),
      end = () => x.abort();
    let timer = setTimeout(end, patience);
    x.open("PATCH", job.record.url);
    for (const [name, value] of Object.entries({
      ...version,
      "Upload-Offset": String(at),
      "Content-Type": "application/offset+octet-stream",
    }))
      x.setRequestHeader(name, value);
    x.upload.onprogress = () => {
      clearTimeout(timer);
      timer = setTimeout(end, patience);
    };
    job.abort.signal.addEventListener("abort", end);
    x.onloadend = () => {
      clearTimeout(timer);
      job.abort.signal.removeEventListener("abort", end);
      if (x.status === 204 && x.getResponseHeader("Tus-Resumable")) {
        done({ at: Number(x.getResponseHeader("Upload-Offset")), recording: x.getResponseHeader("Loa-Recording") });
      } else failed(verdict(x.status, x.responseText));
    };
    x.send(body);
  });
}

async function fail(answer) {
  throw verdict(answer.status, await answer.text());
}

// verdict tells a refusal, which is final, from what will pass. An answer that
// is no problem of ours (a captive portal's page) always passes.
function verdict(status, text) {
  let problem = {};
  try {
    problem = JSON.parse(text);
  } catch {
    /* not ours */
  }
  const passes = [404, 408, 409, 410, 423].includes(status);
  const e = new Error(problem.detail || "line");
  e.told = Boolean(problem.detail) && !passes; // worth showing: log in again, the disk is full
  e.foreign = status === 415;
  e.final = e.told && status >= 400 && status < 500 && status !== 401 && status !== 429;
  return e;
}

const final = (text) => Object.assign(new Error(text), { final: true });
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const number = (n, digits) =>
  n.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
const size = (n) => (n >= 1e6 ? number(n / 1e6, 1) + " MB" : number(n / 1e3, 0) + " KB");
const zone = { timeZone: "Asia/Ho_Chi_Minh" };
const clockAndDay = (at) =>
  new Date(at).toLocaleTimeString("vi", { ...zone, hour: "2-digit", minute: "2-digit" }) +
  " " +
  (document.documentElement.lang === "vi"
    ? new Date(at).toLocaleDateString("vi", zone)
    : new Date(at).toLocaleDateString("en-GB", { ...zone, dateStyle: "medium" }));
const of = (upload, text) => text.replace("{at}", clockAndDay(upload.at)).replace("{name}", () => upload.name);
const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");

// Everything above is there by now: a file chosen before this script had come goes at once.
for (const form of new Set([...document.querySelectorAll("[data-upload]")].map((box) => box.closest("form"))))
  watch(form);
