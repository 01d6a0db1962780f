// A sheet: marks by one tap, everything kept as it is written, and its signature.
import { submitter } from "../kit/kit.js";
import { uuid } from "../kit/keep.js";
import { listen, percent, union } from "./listening.js";
import { local, markOf, scaleOf, widget } from "./marks.js";
import { clock, notesOn } from "./notes.js";
import { again, both, contentOf, merge, outbox, spansOf } from "./outbox.js";

const soon = 400; // ms from a change until it is sent
const often = 20; // seconds of listening between two notes to the server
export const listPath = "/judging";

export function tell(state, text, look) {
  state.className = "sheet-state " + look;
  state.textContent = text;
}

// tellLoggedOut says in the language of the page that somebody has to log in first.
export function tellLoggedOut(state) {
  const { loggedOut, logIn } = document.body.dataset;
  tell(state, loggedOut, "waiting");
  state.append(
    " ",
    Object.assign(document.createElement("a"), { href: "/login", target: "_blank", textContent: logIn }),
  );
}

// fill puts values into the places of a sentence, "{name}".
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

const nothing = (w) => {
  for (const key of Object.keys(w)) delete w[key];
};

export class Sheet {
  // onSigned is called with the sheet, and the address of the page to go on with.
  constructor(form, onSigned) {
    this.form = form;
    this.onSigned = onSigned;
    this.words = form.dataset;
    this.box = outbox(this.words.owner, this.words.save);
    this.state = form.querySelector(".sheet-state");
    this.hall = form.closest("details.hall");
    this.fields = [...form.querySelectorAll(".criterion > input")];
    this.dialog = form.querySelector("[popover]");
    this.leftToDo = form.querySelector(".left-to-do");
    this.player = document.querySelector("#player");
    this.least = Number(this.words.least ?? 0);
    this.notes = notesOn(this.player, () => this.wrote("notes", this.notes.read()));
    this.widgets = this.fields.map((field) =>
      widget(field, { less: this.words.less, more: this.words.more, none: this.words.unmarked }),
    );
    this.mine = both([]); // what somebody changed in this window and no server has confirmed
    this.heard = []; // what was heard in this window since it was last kept
    this.final = "final" in this.words;
    this.unsigned = false; // a change took her signature back, and she has not signed again
    this.busy = null; // what is being sent
  }

  // start brings together what the page was served with and what this browser has
  // kept, and lets the judge write.
  start() {
    const { words, box } = this;
    const served = {
      version: Number(words.version),
      content: this.read(),
      reopened: words.reopened,
      heard: words.heard ? spansOf({ heard: JSON.parse(words.heard) }) : [],
    };
    if (this.final) return this.startSigned(served);
    const before = box.known();
    box.learn(served);
    this.unsigned = Boolean(before?.unsigned);
    if (before?.signed && before.reopened === words.reopened) return this.startAsSigned();
    this.notes.start();
    if (this.player && words.least !== undefined) this.hear();
    this.listenToForm();
    this.listenToOthers();
    this.show();
    if (box.waiting()) this.flush();
    else this.say(words.ready);
  }

  // startSigned shows a sheet that the server says is signed. What was written
  // after that, elsewhere or without a network, is shown before it is given up.
  startSigned(served) {
    const { box } = this,
      left = box.waiting();
    if (left && !box.known()) box.learn(served);
    if (left?.edits || left?.sending)
      this.compare(this.words.after, { ...served.content, version: served.version, status: "final" });
    else if (left) box.write(nothing);
    box.learn({ ...served, signed: true });
  }

  // startAsSigned shows a page of before the signature this browser knows of; but
  // the chair may have opened the sheet again since.
  async startAsSigned() {
    const { box } = this;
    box.learn({ ...box.known(), signed: true });
    this.seal();
    const now = await box.look();
    if (!now || now.status === "final") return;
    box.learn({ version: now.version, content: contentOf(now), signed: false });
    location.reload();
  }

  listenToForm() {
    const { form, fields, words } = this;
    form.querySelector("[data-save-button]").hidden = true; // everything is saved as it is written
    form.addEventListener("input", ({ target }) => {
      if (target.name === "comment") this.wrote("comment", target.value);
      if (!fields.includes(target)) return;
      const mark = markOf(target);
      if (mark === null) {
        this.sayIfSaved();
        return this.add();
      }
      this.wrong(target, "");
      this.wrote(target.name, mark);
    });
    form.addEventListener("change", ({ target }) => {
      if (!fields.includes(target)) return;
      this.check(target);
      if (markOf(target) === null) this.wrote(target.name, ""); // what was typed on the way to it is not meant
    });
    form.querySelector(`[popovertarget="${this.dialog.id}"]`).addEventListener("click", (e) => {
      if (this.ready()) return;
      e.preventDefault();
      e.stopPropagation();
    });
    form.addEventListener("submit", (e) => {
      e.preventDefault(); // Enter in a field saves
      const value = submitter(e)?.value;
      if (value === "sign-next") this.sign(words.next);
      else if (value === "sign") this.sign(listPath);
      else this.flush();
    });
  }

  // listenToOthers keeps the page true to what another window of this browser has
  // written, and sends what waits when there may be a network again.
  listenToOthers() {
    const { box } = this;
    addEventListener("online", () => this.flush());
    addEventListener("storage", (e) => {
      if ((e.key !== box.keys.known && e.key !== box.keys.waiting) || this.asking() || !box.known() || this.final)
        return;
      const now = e.key === box.keys.known && e.newValue ? JSON.parse(e.newValue) : null;
      if (now?.signed) return this.seal();
      this.unsigned = Boolean(box.known().unsigned);
      this.confirm();
      this.show();
      this.form.elements.base.value = box.known().version;
      if (!box.waiting()) this.sayIfSaved();
      this.sayHeard();
    });
    const wake = () => {
      if (this.final || this.asking()) return;
      if (box.known()?.signed) return this.seal();
      this.confirm();
      this.show();
      this.flush();
    };
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush();
      else wake();
    });
    addEventListener("pageshow", (e) => {
      if (e.persisted) wake();
    });
  }

  // ---- what the page shows ----

  // say keeps saying that a signature was taken back, whatever else there is to say.
  say(text, look = "") {
    const first = !text || text.endsWith(".") ? text : text + ".";
    if (this.unsigned) tell(this.state, `${first} ${this.words.signDropped}`.trim(), "waiting");
    else tell(this.state, text, look);
    this.head();
  }

  // unsign notes that a change took her signature back; sign ends that.
  unsign(so) {
    this.unsigned = so;
    this.box.unsign(so);
  }

  // head says above a folded sheet of the hall how it stands.
  head() {
    if (!this.hall || "final" in this.words) return;
    const w = this.box.waiting(),
      { marks, comment, notes } = this.read();
    let state = "untouched";
    if (this.final) state = "final";
    else if (w?.sign) state = "sign_unsent";
    else if (w?.edits || w?.sending) state = "unsent";
    else if (this.unsigned) state = "sign_again";
    else if (Object.keys(marks).length || comment.trim() || notes.length) state = "drafted";
    const line = this.hall.querySelector("[data-status]");
    if (line.dataset.status === state) return;
    line.dataset.status = state;
    line.replaceChildren(this.form.querySelector(`[data-badge="${state}"]`).content.cloneNode(true));
  }
  asking() {
    return this.state.classList.contains("asks");
  }

  // sayIfSaved says so once the server has all that the page shows, also what is no mark.
  sayIfSaved() {
    if (this.asking()) return;
    if (this.fields.some((field) => markOf(field) === null)) this.say(this.words.wrong, "waiting");
    else if (!Object.keys(this.mine.at).length) this.say(this.words.saved, "saved");
  }

  read() {
    const marks = this.fields.map((field) => [idOf(field), markOf(field) ?? ""]).filter(([, mark]) => mark);
    return { marks: Object.fromEntries(marks), comment: this.form.elements.comment.value, notes: this.notes.read() };
  }

  // show writes what is known with what waits on the page. A field that says
  // something that is no mark is left alone: somebody is typing there.
  show() {
    const w = this.box.waiting(),
      content = merge(merge(merge(this.box.known().content, w?.sending?.edits), w?.edits), this.mine);
    for (const field of this.fields) {
      const mark = content.marks[idOf(field)] ?? "",
        shown = markOf(field);
      if (shown !== null && shown !== mark) field.value = local(mark);
    }
    const { comment } = this.form.elements;
    if (comment.value.trim() !== content.comment.trim()) comment.value = content.comment;
    this.notes.write(content.notes);
    this.add();
  }

  // add writes what the marks given so far come to, and what is left to do.
  add() {
    let thousandths = 0,
      left = 0;
    for (const field of this.fields) {
      const mark = markOf(field),
        { max, points } = scaleOf(field);
      thousandths += (Math.round(Number(mark ?? 0) * 1000) * points) / max;
      field.closest(".criterion").classList.toggle("open", !mark && !this.final);
      if (!mark) left++;
    }
    // Half a hundredth is rounded up, as on paper: of the number as written, not of the binary one next to it.
    const hundredths = Math.round(Number((thousandths / 10).toFixed(6)));
    const sum = (hundredths / 100).toLocaleString(document.documentElement.lang, {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    });
    for (const output of this.form.querySelectorAll(".total output")) output.textContent = sum;
    for (const show of this.widgets) show();
    this.head();
    if (!this.leftToDo) return;
    this.form.classList.toggle("begun", left < this.fields.length);
    this.leftToDo.hidden = !left || left === this.fields.length;
    this.leftToDo.textContent = fill(this.words.left, { n: left });
  }

  // wrong says beside a field what is wrong with it; "" takes that away.
  wrong(field, text) {
    const row = field.closest(".criterion");
    let line = row.querySelector(".error");
    row.classList.toggle("wrong", Boolean(text));
    if (!text) {
      line?.remove();
      field.removeAttribute("aria-invalid");
      return;
    }
    if (!line) row.append((line = Object.assign(document.createElement("p"), { className: "error" })));
    line.textContent = text;
    field.setAttribute("aria-invalid", "true");
  }

  check(field) {
    const { min, max, step } = scaleOf(field),
      text = (n) => local(String(n));
    this.wrong(
      field,
      markOf(field) === null ? fill(this.words.bad, { min: text(min), max: text(max), step: text(step) }) : "",
    );
  }

  // seal shows that the sheet is signed: nothing can be written any more.
  seal() {
    this.final = true;
    this.unsign(false);
    for (const field of this.form.elements) if (field.type !== "hidden") field.disabled = true;
    const closed = [...this.form.querySelectorAll(".actions, .left-to-do")];
    if (!this.hall) closed.push(...document.querySelectorAll(".note-new, #note-hint, [data-drop]"));
    for (const part of closed) part.hidden = true;
    this.add();
    this.say(this.words.signed, "saved");
  }

  // ---- what is written ----

  // wrote notes a field somebody changed, and sends it soon.
  wrote(field, value) {
    const edit = both([{ marks: { [field.slice(5)]: value }, [field]: value, at: { [field]: Date.now() } }]);
    let unsigned = false;
    this.mine = both([this.mine, edit]);
    this.box.write((w) => {
      w.edits = both([w.edits, edit]);
      unsigned = Boolean(w.sign);
      w.sign = null;
    });
    if (unsigned) this.unsign(true);
    this.add();
    if (this.asking()) return; // she has to choose first
    this.say(this.words.saving, "saving");
    this.flushIn(soon);
  }

  // confirm takes from mine what the server is known to hold now, and puts what
  // another window has overwritten in passing back among what waits.
  confirm() {
    const w = this.box.waiting();
    this.mine = both([this.mine], this.box.known().at);
    const lost = both([this.mine], both([w?.sending?.edits, w?.edits]).at);
    if (!Object.keys(lost.at).length) return;
    this.box.write((x) => {
      x.edits = both([lost, x.edits]);
    });
    this.flushIn(soon);
  }

  flushIn(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), ms);
  }

  // flush sends what waits, one after the other, and says how that ended.
  flush() {
    clearTimeout(this.timer);
    if (this.asking()) return Promise.resolve("asks");
    this.busy ??= this.send().finally(() => {
      this.busy = null;
    });
    return this.busy;
  }

  async send() {
    const { box, words } = this,
      left = box.waiting();
    if (!left) return "sent";
    const { state: how, body, now, again: retry } = await box.send();
    switch (how) {
      case "sent":
        this.confirm();
        this.show();
        this.form.elements.base.value = box.known().version;
        this.sayIfSaved();
        break;
      case "signed":
        this.seal();
        break;
      case "later":
        this.say(box.waiting()?.sign ? words.signWaits : words.offline, "waiting");
        this.flushIn(again);
        break;
      case "changed":
        this.show();
        this.unsign(true);
        this.say(words.saved, "saved");
        break;
      case "elsewhere":
        this.compare(words.conflict, now, retry);
        break;
      default: // it was refused
        if (body.status === 401) {
          tellLoggedOut(this.state);
          this.flushIn(again);
          break;
        }
        if (left.sign) this.unsign(true);
        if (body.code === "contest.sheet_signed") this.compare(words.after, await box.look());
        else this.say((body.detail ?? "") + " " + words.unsent, "waiting");
    }
    return how;
  }

  // ---- what another device has left ----

  // compare tells how what is here differs from what the server has, and lets
  // the judge choose; until then both stay. Without retry only the version of
  // the server can stay: it is signed.
  compare(why, now, retry) {
    const { box, words } = this;
    if (!now) {
      this.say(words.offline, "waiting");
      this.flushIn(again);
      return;
    }
    const w = box.waiting();
    if (!w) return; // another window of this browser has settled it
    const ours = merge(merge(box.known().content, w.sending?.edits), w.edits),
      theirs = contentOf(now),
      lines = this.differences(ours, theirs);
    if (!retry && !lines.length) {
      // nothing of hers would be lost
      box.write(nothing);
      return;
    }
    this.say(fill(why, { device: now.written_on || words.other }), "asks");
    const list = document.createElement("ul"),
      buttons = document.createElement("div");
    list.append(...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    buttons.className = "actions";
    const choose = (label, then) => {
      const button = Object.assign(document.createElement("button"), {
        type: "button",
        className: "quiet small",
        textContent: label,
      });
      button.addEventListener("click", then);
      buttons.append(button);
    };
    const learn = () =>
      box.learn({ version: now.version, content: theirs, heard: spansOf(now), signed: now.status === "final" });
    if (retry) {
      choose(words.useMine, () => {
        learn();
        retry();
        this.show();
        this.say(words.saving, "saving");
        this.flush();
      });
    }
    choose(retry ? words.useOther : words.drop, () => {
      learn();
      box.write(nothing);
      location.reload();
    });
    this.state.append(list, buttons);
  }

  // differences are sentences, one for each thing of which two contents say different things.
  differences(ours, theirs) {
    const noted = (list) => list.map((n) => clock(n.seconds) + " " + n.text).join("; ");
    const pairs = this.fields.map((field) => [
      this.form.querySelector(`label[for="${field.id}"] > span`).textContent,
      local(ours.marks[idOf(field)] ?? ""),
      local(theirs.marks[idOf(field)] ?? ""),
    ]);
    pairs.push(
      [this.words.comment, ours.comment, theirs.comment],
      [this.words.notes, noted(ours.notes), noted(theirs.notes)],
    );
    return pairs
      .filter(([, mine, other]) => mine !== other)
      .map(([name, mine, other]) =>
        fill(this.words.differs, { name, mine: mine || this.words.none, other: other || this.words.none }),
      );
  }

  // ---- listening ----

  // percentHeard is of the recording, in this window or another.
  percentHeard() {
    const w = this.box.waiting();
    return percent(
      union(this.box.known()?.heard ?? [], w?.hearing?.spans ?? [], w?.spans ?? [], this.heard),
      this.player.duration,
    );
  }

  sayHeard() {
    if (!this.player || !Number.isFinite(this.player.duration)) return;
    const now = this.percentHeard(),
      text = fill(this.least ? this.words.heardAsks : this.words.heardSays, { percent: now });
    for (const line of document.querySelectorAll(".heard")) {
      if (line.textContent !== text) line.textContent = text;
      line.classList.toggle("enough", this.least > 0 && now >= this.least);
    }
  }

  // hear notes what is played of the recording.
  hear() {
    let since = 0,
      before = 0;
    listen(this.player, ([from, until], ended) => {
      if (this.final) return;
      since += Math.max(0, until - Math.max(from, before));
      before = until;
      this.heard = union(this.heard, [[from, until]]);
      this.sayHeard();
      if (!ended && since < often) return;
      since = 0;
      this.keepHeard();
    });
    this.player.addEventListener("loadedmetadata", () => this.sayHeard());
    addEventListener("pagehide", () => this.keepHeard());
    this.sayHeard();
  }

  keepHeard() {
    const spans = this.heard;
    if (!spans.length) return;
    this.heard = [];
    this.box.write((w) => {
      w.spans = union(w.spans ?? [], spans);
    });
    this.flush();
  }

  // ---- signing ----

  // ready says whether the sheet can be signed, and shows what is left.
  ready() {
    this.form.classList.add("begun");
    const open = this.fields.filter((field) => !markOf(field));
    for (const field of open) if (markOf(field) === "") this.wrong(field, this.words.missing);
    if (open.length) {
      this.add();
      this.leftToDo.hidden = false;
      open[0].closest(".criterion").scrollIntoView({ block: "center" });
      open[0].focus({ preventScroll: true });
      return false;
    }
    if (this.player && this.least && Number.isFinite(this.player.duration) && this.percentHeard() < this.least) {
      this.leftToDo.hidden = false;
      this.leftToDo.textContent = fill(this.words.heardAsks, { percent: this.percentHeard() });
      this.leftToDo.scrollIntoView({ block: "center" });
      return false;
    }
    return true;
  }

  async sign(next) {
    this.dialog.querySelector("[popovertargetaction=hide]").click();
    this.keepHeard();
    this.unsign(false);
    this.box.write((w) => {
      w.sign = { change: uuid() };
    });
    this.say(this.words.signing, "saving");
    while (this.busy) await this.busy; // it may have looked before the signature was there
    await this.flush();
    if (this.final) this.onSigned(this, next);
  }
}

const idOf = (field) => field.name.slice(5);
