// The pages of a judge: marks by one tap, a sheet that is kept as it is written,
// and its signature. What leaves the page leaves by outbox.js.
import { submitter } from "../kit/kit.js";
import { uuid } from "../kit/keep.js";
import { keepPages } from "../kit/offline.js";
import { listen, percent, union } from "./listening.js";
import { local, markOf, scaleOf, widget } from "./marks.js";
import { both, contentOf, leftBy, merge, outbox, spansOf } from "./outbox.js";

const again = 5000; // ms until what waits is tried again
const often = 20; // seconds of listening between two notes to the server
const listPath = "/judging";

function tell(state, text, look) {
  state.className = "sheet-state " + look;
  state.textContent = text;
}

// A signature leads to the next page, which says that it was taken.
const saying = "loa-said";
function sayThere(text) {
  try { sessionStorage.setItem(saying, text); } catch { /* then the next page says nothing of it */ }
}
function saidBefore() {
  try {
    const text = sessionStorage.getItem(saying);
    sessionStorage.removeItem(saying);
    return text;
  } catch { return null; }
}

const forms = [...document.querySelectorAll("form[data-save]")], listState = document.querySelector("#sheet-state");
const said = saidBefore();
const sheets = forms.map(sheet);
if (listState) {
  if (said) tell(listState, said, "saved");
  list();
} else if (said && forms.length === 1) tell(forms[0].querySelector(".sheet-state"), said, "saved");
keepPages([location.pathname, listPath, ...forms.map((f) => f.dataset.next).filter(Boolean)]);

// list sends what sheets closed meanwhile have left, and marks those it cannot.
async function list() {
  clearTimeout(list.timer);
  const owner = listState.dataset.owner;
  let left = 0, sent = 0, signed = false;
  for (const address of leftBy(owner)) {
    const { state: how } = await outbox(owner, address).send(), gone = how === "sent" || how === "signed";
    const row = document.querySelector(`[data-sheet="${CSS.escape(address)}"] [data-unsent]`);
    if (row) row.hidden = gone;
    if (row && !gone) row.closest("details")?.setAttribute("open", "");
    signed ||= how === "signed";
    if (gone) sent++;
    else left++;
    if (how === "later") list.timer = setTimeout(list, again);
  }
  if (left) tell(listState, listState.dataset.offline, "waiting");
  else if (signed) {
    sayThere(listState.dataset.saved);
    return location.reload();
  } else if (sent) tell(listState, listState.dataset.saved, "saved");
  addEventListener("online", list, { once: true });
}

function sheet(form) {
  const said = form.dataset, box = outbox(said.owner, said.save), state = form.querySelector(".sheet-state"), hall = form.closest("details.hall");
  const player = document.querySelector("#player"), notes = document.querySelector("#notes");
  const fields = [...form.querySelectorAll(".criterion > input")], idOf = (field) => field.name.slice(5);
  const dialog = form.querySelector("[popover]"), leftToDo = form.querySelector(".left-to-do");
  const say = (text, look = "") => tell(state, text, look);
  const asking = () => state.classList.contains("asks");
  let mine = both([]); // what somebody changed in this window and no server has confirmed
  let final = "final" in said, busy = null, timer, heardHere = [];

  const readNotes = () => [...document.querySelectorAll("#notes > li")].map((li) => ({ seconds: Number(li.querySelector("[name=note_at]").value), text: li.querySelector("[name=note]").value.trim() })).filter((n) => n.text);
  const read = () => ({ marks: Object.fromEntries(fields.map((f) => [idOf(f), markOf(f) ?? ""]).filter(([, mark]) => mark)), comment: form.elements.comment.value, notes: readNotes() });

  // ---- what the page shows ----

  const shows = fields.map((field) => widget(field, { less: said.less, more: said.more, none: said.unmarked }));

  // show writes what is known with what waits on the page. A field that says
  // something that is no mark is left alone: somebody is typing there.
  function show() {
    const w = box.waiting(), content = merge(merge(merge(box.known().content, w?.sending?.edits), w?.edits), mine);
    for (const field of fields) if (markOf(field) !== null) {
      const mark = content.marks[idOf(field)] ?? "";
      if (markOf(field) !== mark) field.value = local(mark);
    }
    if (form.elements.comment.value.trim() !== content.comment.trim()) form.elements.comment.value = content.comment;
    if (notes && JSON.stringify(readNotes()) !== JSON.stringify(content.notes)) {
      notes.replaceChildren();
      content.notes.forEach(addNote);
    }
    add();
  }

  // add writes what the marks given so far come to, and what is left to do.
  function add() {
    let thousandths = 0, left = 0;
    for (const field of fields) {
      const mark = markOf(field), { max, points } = scaleOf(field);
      thousandths += Math.round(Number(mark ?? 0) * 1000) * points / max;
      field.closest(".criterion").classList.toggle("open", !mark && !final);
      if (!mark) left++;
    }
    for (const sum of form.querySelectorAll(".total output")) sum.textContent = (thousandths / 1000).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    shows.forEach((one) => one());
    if (!leftToDo) return left;
    form.classList.toggle("begun", left < fields.length);
    leftToDo.hidden = !left || left === fields.length;
    leftToDo.textContent = said.left.replace("{n}", left);
    return left;
  }

  // wrong says beside a field what is wrong with it; "" takes that away.
  function wrong(field, text) {
    const row = field.closest(".criterion");
    let line = row.querySelector(".error");
    row.classList.toggle("wrong", Boolean(text));
    if (!text) {
      line?.remove();
      field.removeAttribute("aria-invalid");
      return;
    }
    if (!line) row.append(line = Object.assign(document.createElement("p"), { className: "error" }));
    line.textContent = text;
    field.setAttribute("aria-invalid", "true");
  }

  function check(field) {
    const { min, max, step } = scaleOf(field), text = (n) => local(String(n));
    wrong(field, markOf(field) === null ? said.bad.replace("{min}", text(min)).replace("{max}", text(max)).replace("{step}", text(step)) : "");
  }

  // seal shows that the sheet is signed: nothing can be written any more.
  function seal() {
    final = true;
    for (const field of form.elements) if (field.type !== "hidden") field.disabled = true;
    for (const part of form.querySelectorAll(".actions, .left-to-do")) part.hidden = true;
    for (const part of document.querySelectorAll(hall ? "none" : ".note-new, #note-hint, [data-drop]")) part.hidden = true;
    add();
    say(said.signed, "saved");
    const badge = form.querySelector("[data-signed-badge]");
    if (badge) hall.querySelector("[data-status]").replaceChildren(badge.content.cloneNode(true));
  }

  // ---- what is written ----

  // changed notes a field somebody changed, and sends it soon.
  function changed(field, value) {
    const edit = both([{ marks: { [field.slice(5)]: value }, [field]: value, at: { [field]: Date.now() } }]);
    let unsigned = false;
    mine = both([mine, edit]);
    box.write((w) => {
      w.edits = both([w.edits, edit]);
      unsigned = Boolean(w.sign);
      w.sign = null;
    });
    add();
    if (asking()) return; // she has to choose first
    say(unsigned ? said.signDropped : said.saving, unsigned ? "waiting" : "saving");
    clearTimeout(timer);
    timer = setTimeout(flush, 400);
  }

  // confirm takes from mine what the server is known to hold now, and puts what
  // another window has overwritten in passing back among what waits.
  function confirm() {
    const w = box.waiting();
    mine = both([mine], box.known().at);
    const lost = both([mine], both([w?.sending?.edits, w?.edits]).at);
    if (!Object.keys(lost.at).length) return;
    box.write((x) => { x.edits = both([lost, x.edits]); });
    clearTimeout(timer);
    timer = setTimeout(flush, 400);
  }

  // flush sends what waits, one after the other, and says how that ended.
  function flush() {
    clearTimeout(timer);
    if (asking()) return Promise.resolve("asks");
    busy ??= (async () => {
      const signing = Boolean(box.waiting()?.sign);
      if (!box.waiting()) return "sent";
      const { state: how, body, now, again: retry } = await box.send();
      if (how === "sent") {
        confirm();
        show();
        form.elements.base.value = box.known().version;
        if (!Object.keys(mine.at).length) say(said.saved, "saved"); // all the page shows, the server has
      } else if (how === "signed") {
        seal();
      } else if (how === "later") {
        say(signing ? said.signWaits : said.offline, "waiting");
        timer = setTimeout(flush, again);
      } else if (how === "changed") {
        show();
        say(said.signDropped, "waiting");
      } else if (how === "elsewhere") {
        compare(said.conflict, now, retry);
      } else if (body.code === "contest.sheet_signed") {
        compare(said.after, await box.look());
      } else {
        say((body.detail ?? "") + " " + said.unsent, "waiting");
      }
      return how;
    })().finally(() => { busy = null; });
    return busy;
  }

  // compare tells how what is here differs from what the server has, and lets
  // the judge choose; until then both stay. Without retry only the version of
  // the server can stay: it is signed.
  function compare(why, now, retry) {
    if (!now) {
      say(said.offline, "waiting");
      timer = setTimeout(flush, again);
      return;
    }
    const w = box.waiting();
    if (!w) return; // another window of this browser has settled it
    const ours = merge(merge(box.known().content, w.sending?.edits), w.edits), theirs = contentOf(now), lines = document.createElement("ul");
    const line = (name, a, b) => {
      if (a === b) return;
      const li = document.createElement("li");
      li.textContent = said.differs.replace("{name}", name).replace("{mine}", a || said.none).replace("{other}", b || said.none);
      lines.append(li);
    };
    for (const field of fields) line(form.querySelector(`label[for="${field.id}"] > span`).textContent, local(ours.marks[idOf(field)] ?? ""), local(theirs.marks[idOf(field)] ?? ""));
    line(said.comment, ours.comment, theirs.comment);
    const noted = (list) => list.map((n) => clock(n.seconds) + " " + n.text).join("; ");
    line(said.notes, noted(ours.notes), noted(theirs.notes));
    if (!retry && !lines.children.length) { // nothing of hers would be lost
      box.write((x) => { for (const key of Object.keys(x)) delete x[key]; });
      return;
    }
    say(why.replace("{device}", now.written_on || said.other), "asks");
    const buttons = document.createElement("div");
    buttons.className = "actions";
    const choose = (label, then) => {
      const b = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: label });
      b.addEventListener("click", then);
      buttons.append(b);
    };
    const learn = () => box.learn({ version: now.version, content: theirs, heard: spansOf(now), signed: now.status === "final" });
    if (retry) {
      choose(said.useMine, () => {
        learn();
        retry();
        show();
        say(said.saving, "saving");
        flush();
      });
    }
    choose(retry ? said.useOther : said.drop, () => {
      learn();
      box.write((x) => { for (const key of Object.keys(x)) delete x[key]; });
      location.reload();
    });
    state.append(lines, buttons);
  }

  // ---- notes at moments of the recording ----

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
    drop.addEventListener("click", () => {
      li.remove();
      player.dispatchEvent(new Event("marks"));
      changed("notes", readNotes());
    });
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
      changed("notes", readNotes());
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

  // ---- listening ----

  const stretches = () => union(box.known()?.heard ?? [], box.waiting()?.hearing?.spans ?? [], box.waiting()?.spans ?? [], heardHere);
  const least = Number(said.least ?? 0), share = () => percent(stretches(), player.duration);

  function sayHeard() {
    if (!Number.isFinite(player.duration)) return;
    const now = share(), text = (least ? said.heardAsks : said.heardSays).replace("{percent}", now);
    for (const line of document.querySelectorAll(".heard")) {
      if (line.textContent !== text) line.textContent = text;
      line.classList.toggle("enough", least > 0 && now >= least);
    }
  }

  function hearing() {
    let since = 0, before = 0;
    const keep = () => {
      if (!heardHere.length) return;
      const spans = heardHere;
      heardHere = [];
      box.write((w) => { w.spans = union(w.spans ?? [], spans); });
      since = 0;
      if (!asking()) flush();
    };
    listen(player, ([from, until], ended) => {
      if (final) return;
      since += Math.max(0, until - Math.max(from, before));
      before = until;
      heardHere = union(heardHere, [[from, until]]);
      sayHeard();
      if (ended || since >= often) keep();
    });
    player.addEventListener("loadedmetadata", sayHeard);
    addEventListener("pagehide", keep);
    sayHeard();
    return keep;
  }

  // ---- signing ----

  // ready says whether the sheet can be signed, and shows what is left.
  function ready() {
    form.classList.add("begun");
    const open = fields.filter((field) => !markOf(field));
    for (const field of open) if (markOf(field) === "") wrong(field, said.missing);
    if (open.length) {
      add();
      leftToDo.hidden = false;
      open[0].closest(".criterion").scrollIntoView({ block: "center" });
      open[0].focus({ preventScroll: true });
      return false;
    }
    if (player && least && Number.isFinite(player.duration) && share() < least) {
      leftToDo.hidden = false;
      leftToDo.textContent = said.heardAsks.replace("{percent}", share());
      leftToDo.scrollIntoView({ block: "center" });
      return false;
    }
    return true;
  }

  async function sign(next) {
    dialog.querySelector("[popovertargetaction=hide]").click();
    keepHeard?.();
    box.write((w) => { w.sign = { change: uuid() }; });
    say(said.signing, "saving");
    while (busy) await busy; // it may have looked before the signature was there
    if (await flush() !== "signed" || hall) return hallGoesOn();
    sayThere(said.signed);
    location.assign(next);
  }

  // hallGoesOn unfolds the next sheet once this one is signed.
  function hallGoesOn() {
    if (!hall || !final) return;
    const next = sheets.find((other) => other.open());
    if (!next) return;
    hall.open = false;
    next.fold.open = true;
    next.fold.scrollIntoView({ block: "start" });
  }

  // ---- the beginning ----

  const served = { version: Number(said.version), content: read(), reopened: said.reopened, heard: said.heard ? spansOf({ heard: JSON.parse(said.heard) }) : [] };
  let keepHeard;
  if (final) {
    const left = box.waiting();
    if (left) {
      if (!box.known()) box.learn(served);
      if (left.edits || left.sending) compare(said.after, { ...served.content, version: served.version, status: "final" });
      else box.write((w) => { for (const key of Object.keys(w)) delete w[key]; });
    }
    box.learn({ ...served, signed: true });
    return { fold: hall, open: () => false };
  }
  const before = box.known();
  box.learn(served);
  if (before?.signed && before.reopened === said.reopened) { // as this browser knows; but the chair may have opened it again
    box.learn({ ...box.known(), signed: true });
    seal();
    box.look().then((now) => {
      if (now && now.status !== "final") {
        box.learn({ version: now.version, content: contentOf(now), signed: false });
        location.reload();
      }
    });
    return { fold: hall, open: () => false };
  }
  if (notes) {
    for (const li of notes.children) readyNote(li);
    noteLine();
    notes.addEventListener("input", () => changed("notes", readNotes()));
    notes.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target.matches("input")) e.preventDefault(); });
  }
  if (player && said.least !== undefined) keepHeard = hearing();
  form.querySelector("[data-save-button]").hidden = true; // everything is saved as it is written
  form.addEventListener("input", (e) => {
    const field = e.target;
    if (field.name === "comment") changed("comment", field.value);
    if (!fields.includes(field)) return;
    const mark = markOf(field);
    if (mark === null) return add();
    wrong(field, "");
    changed(field.name, mark);
  });
  form.addEventListener("change", (e) => {
    if (!fields.includes(e.target)) return;
    check(e.target);
    if (markOf(e.target) === null) changed(e.target.name, ""); // what was typed on the way to it is not meant
  });
  form.querySelector(`[popovertarget="${dialog.id}"]`).addEventListener("click", (e) => {
    if (ready()) return;
    e.preventDefault();
    e.stopPropagation();
  });
  form.addEventListener("submit", (e) => {
    e.preventDefault(); // Enter in a field saves
    const value = submitter(e)?.value;
    if (value === "sign-next" || value === "sign") sign(value === "sign" ? listPath : said.next);
    else flush();
  });
  addEventListener("online", flush);
  addEventListener("storage", (e) => { // she writes on it in another window: both show the same
    if (e.key !== box.keys.known && e.key !== box.keys.waiting || asking() || !box.known() || final) return;
    const now = e.key === box.keys.known && e.newValue ? JSON.parse(e.newValue) : null;
    if (now?.signed) return seal();
    confirm();
    show();
    form.elements.base.value = box.known().version;
    if (!box.waiting() && !Object.keys(mine.at).length) say(said.saved, "saved");
    if (player) sayHeard();
  });
  const wake = () => {
    if (final || asking()) return;
    if (box.known()?.signed) return seal();
    confirm();
    show();
    flush();
  };
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); else wake(); });
  addEventListener("pageshow", (e) => { if (e.persisted) wake(); });
  show();
  if (box.waiting()) flush();
  else say(said.ready);
  return { fold: hall, open: () => !final };
}
