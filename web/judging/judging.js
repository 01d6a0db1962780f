// Keeps a judge's sheets. Every change is written down on this device first and
// then sent; without a network it waits here, also over a reload, and goes out
// from whichever judging page is open next.
//
// What waits is kept by judge (a device may be shared) and by the address of its
// sheet: base is the version it was
// written on, latest what the judge wrote last, and sending what is on its way
// under the ID of its change. A lost answer is asked for again under the same
// ID, so that the server never takes a judge for two.
import { submit, submitter } from "../kit/kit.js";

const keyOf = (owner, address) => `loa-sheet:${owner} ${address}`;
const addressOf = (key) => key.slice(key.indexOf(" ") + 1);
const forms = [...document.querySelectorAll("form[data-save]")];
const again = 5000; // ms

const memory = new Map(); // where the browser forbids storage: better than nothing
const storage = {
  get(key) {
    try { return JSON.parse(localStorage.getItem(key)) ?? memory.get(key) ?? null; } catch { return memory.get(key) ?? null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { memory.set(key, value); }
  },
  remove(key) {
    memory.delete(key);
    try { localStorage.removeItem(key); } catch { /* nothing is kept there */ }
  },
  keys(owner) {
    const hers = (k) => k.startsWith(keyOf(owner, ""));
    try { return Object.keys(localStorage).filter(hers); } catch { return [...memory.keys()].filter(hers); }
  },
};

const uuid = () => crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

// send sends what waits under a key until nothing does. It returns "sent" with
// the version reached, "later" when the network or the server is not there, or
// "refused" with the server's answer; in both of these all stays here.
async function send(key) {
  let version;
  for (let kept = storage.get(key); kept; kept = storage.get(key)) {
    if (!kept.sending) {
      kept = { base: kept.base, sending: { change: uuid(), base: kept.base, ...kept.latest }, latest: null };
      storage.set(key, kept);
    }
    let answer, body;
    try {
      answer = await fetch(addressOf(key), { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(kept.sending) });
      body = await answer.json();
    } catch {
      return { state: "later" };
    }
    if (answer.ok && Number.isInteger(body.version)) {
      version = body.version;
      const now = storage.get(key);
      if (now && now.sending?.change !== kept.sending.change) continue; // another window has gone on with it
      if (now?.latest) storage.set(key, { base: version, sending: null, latest: now.latest });
      else storage.remove(key);
    } else if (answer.ok || answer.status >= 500 || answer.status === 429 || answer.status === 408) {
      return { state: "later" }; // also a captive portal's page
    } else {
      return { state: "refused", body };
    }
  }
  return { state: "sent", version };
}

function tell(state, text, look) {
  state.className = "sheet-state " + look;
  state.textContent = text;
}

for (const form of forms) sheet(form);
if (document.querySelector("#sheet-state")) list();

// list sends what sheets closed meanwhile have left, and marks those it cannot.
async function list() {
  const state = document.querySelector("#sheet-state");
  clearTimeout(list.timer);
  let left = 0, sent = 0;
  for (const key of storage.keys(state.dataset.owner)) {
    const { state: how } = await send(key);
    const row = document.querySelector(`[data-sheet="${CSS.escape(addressOf(key))}"] [data-unsent]`);
    if (row) row.hidden = how === "sent";
    if (row && !row.hidden) row.closest("details")?.setAttribute("open", "");
    if (how === "sent") sent++;
    else if (how === "refused") left++;
    else list.timer = setTimeout(list, again), left++;
  }
  if (left) tell(state, state.dataset.offline, "waiting");
  else if (sent) tell(state, state.dataset.saved, "saved");
  addEventListener("online", list, { once: true });
}

function sheet(form) {
  const said = form.dataset, key = keyOf(said.owner, said.save), final = "final" in said, state = form.querySelector(".sheet-state");
  const player = document.querySelector("#player"), notes = document.querySelector("#notes");
  const name = form.getAttribute("id"); // form.id is the field of that name
  const say = (text, look = "") => tell(state, text, look);
  let version = Number(said.version), busy = null, timer;

  const marks = () => [...form.elements].filter((e) => e.name.startsWith("mark."));
  const read = (page = document) => {
    const of = page.getElementById(name);
    return {
      marks: Object.fromEntries([...of.querySelectorAll("[name^='mark.']")].map((e) => [e.name.slice(5), e.value])),
      comment: of.querySelector("[name=comment]").value,
      notes: [...page.querySelectorAll("#notes > li")].map((li) => ({ seconds: Number(li.querySelector("[name=note_at]").value), text: li.querySelector("[name=note]").value.trim() })).filter((n) => n.text),
    };
  };

  function show(content) {
    for (const field of marks()) field.value = content.marks[field.name.slice(5)] ?? "";
    form.elements.comment.value = content.comment;
    if (notes) { notes.replaceChildren(); content.notes.forEach(addNote); }
    add();
  }

  // add writes what the marks given so far come to.
  function add() {
    let sum = 0;
    for (const field of marks()) sum += (Number(field.value) * Number(field.dataset.points)) / Number(field.dataset.max);
    form.querySelector(".total output").textContent = sum.toLocaleString(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }

  function changed() {
    const kept = storage.get(key);
    storage.set(key, { base: kept?.base ?? version, sending: kept?.sending ?? null, latest: read() });
    add();
    if (state.classList.contains("asks")) return; // she has to choose first
    say(said.saving, "saving");
    clearTimeout(timer);
    timer = setTimeout(flush, 400);
  }

  // flush sends what waits, one after the other; it says whether all is sent.
  function flush() {
    clearTimeout(timer);
    busy ??= (async () => {
      if (!storage.get(key)) return true;
      const { state: how, version: reached, body } = await send(key);
      if (how === "sent") {
        version = reached;
        form.elements.base.value = version;
        say(said.saved, "saved");
        return true;
      }
      if (how === "later") {
        say(said.offline, "waiting");
        timer = setTimeout(flush, again);
      } else if (body.code === "contest.sheet_elsewhere") {
        await compare(said.conflict, true);
      } else if (body.code === "contest.sheet_signed") {
        await compare(said.after, false);
      } else {
        say((body.detail ?? "") + " " + said.unsent, "waiting");
      }
      return false;
    })().finally(() => { busy = null; });
    return busy;
  }

  // compare tells how what is here differs from what the server has, and lets
  // the judge choose; until then both stay. Of a signed sheet only the signed
  // version can stay.
  async function compare(why, free) {
    let page = document;
    if (!final) {
      try {
        page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      } catch {
        say(said.offline, "waiting");
        timer = setTimeout(flush, again);
        return;
      }
    }
    const kept = storage.get(key);
    if (!kept) return; // another window of this device has settled it
    const { marks: given, comment, notes: noted } = kept.latest ?? kept.sending, mine = { marks: given, comment, notes: noted }, other = read(page), lines = document.createElement("ul");
    const line = (name, a, b) => {
      if (a === b) return;
      const li = document.createElement("li");
      li.textContent = said.differs.replace("{name}", name).replace("{mine}", a || said.none).replace("{other}", b || said.none);
      lines.append(li);
    };
    for (const field of marks()) line(form.querySelector(`label[for="${field.id}"]`).firstChild.textContent.trim(), mine.marks[field.name.slice(5)] ?? "", other.marks[field.name.slice(5)]);
    line(said.comment, mine.comment, other.comment);
    const told = (list) => list.map((n) => clock(n.seconds) + " " + n.text).join("; ");
    line(said.notes, told(mine.notes), told(other.notes));
    say(why, "asks");
    const buttons = document.createElement("div");
    buttons.className = "actions";
    const choose = (label, then) => {
      const b = document.createElement("button");
      b.type = "button";
      b.className = "quiet small";
      b.textContent = label;
      b.addEventListener("click", then);
      buttons.append(b);
    };
    if (free) {
      choose(said.mine, () => {
        storage.set(key, { base: Number(page.getElementById(name).dataset.version), sending: null, latest: storage.get(key)?.latest ?? mine });
        say(said.saving, "saving");
        flush();
      });
    }
    choose(free ? said.other : said.drop, () => { storage.remove(key); location.reload(); });
    state.append(lines, buttons);
  }

  const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");

  function addNote({ seconds, text }) {
    const li = document.querySelector("#note-row")?.content.firstElementChild.cloneNode(true);
    if (!li) return;
    const jump = li.querySelector("[data-seek]");
    jump.dataset.seek = seconds;
    jump.textContent = clock(seconds);
    li.querySelector("[name=note_at]").value = seconds;
    li.querySelector("[name=note]").value = text;
    const after = [...notes.children].find((o) => Number(o.querySelector("[name=note_at]").value) > seconds);
    notes.insertBefore(li, after ?? null);
    readyNote(li);
    player.dispatchEvent(new Event("marks"));
  }

  function readyNote(li) {
    const drop = li.querySelector("[data-drop]");
    drop.hidden = false;
    drop.querySelector(".away").textContent = clock(Number(li.querySelector("[name=note_at]").value));
    drop.addEventListener("click", () => { li.remove(); player.dispatchEvent(new Event("marks")); changed(); });
  }

  // The line for a new note shows where the sound is, until one begins to
  // type: the note belongs to that moment.
  function noteLine() {
    const at = document.querySelector("#note-at"), text = document.querySelector("#note-text"), button = document.querySelector("#note-add");
    for (const field of [at, text]) field.removeAttribute("name"); // the script brings it in as a row
    button.hidden = document.querySelector("#note-hint").hidden = false;
    at.readOnly = true;
    const follow = () => { if (!text.value) at.value = clock(player.currentTime); };
    for (const event of ["timeupdate", "seeked"]) player.addEventListener(event, follow);
    follow();
    const put = () => {
      if (!text.value.trim()) { text.focus(); return; }
      const [m, s] = at.value.split(":").map(Number);
      addNote({ seconds: m * 60 + s, text: text.value.trim() });
      text.value = "";
      follow();
      changed();
    };
    button.addEventListener("click", put);
    text.addEventListener("keydown", (e) => {
      if (e.key === "Enter") { e.preventDefault(); put(); }
      if (e.key === "Escape") { text.value = ""; text.blur(); follow(); }
    });
    document.addEventListener("keyup", (e) => { // up, so that the letter itself is not typed
      if (e.key.toLowerCase() === "g" && !e.ctrlKey && !e.altKey && !e.metaKey && !e.target.closest?.("input, select, textarea")) text.focus();
    });
  }

  const kept = storage.get(key);
  if (final) {
    if (kept) compare(said.after, false);
    return;
  }
  if (notes) {
    for (const li of notes.children) readyNote(li);
    noteLine();
    notes.addEventListener("input", changed);
    notes.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target.matches("input")) e.preventDefault(); });
  }
  form.querySelector("[data-save-button]").hidden = true; // everything is saved as it is written
  form.addEventListener("input", changed);
  form.addEventListener("submit", async (e) => {
    const button = submitter(e), signs = button?.value === "sign";
    if (signs && !busy && !storage.get(key)) return;
    e.preventDefault(); // Enter in a field saves; a signature leaves after all that waits
    if (await flush() && signs) submit(form, button);
  });
  addEventListener("online", flush);
  addEventListener("storage", (e) => { // she writes on it in another window: both show the same
    if (e.key !== key || !e.newValue || state.classList.contains("asks")) return;
    const { latest, sending } = JSON.parse(e.newValue);
    show(latest ?? sending);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
  if (!kept) say(said.ready);
  else {
    show(kept.latest ?? kept.sending);
    flush();
  }
}
