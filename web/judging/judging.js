// Keeps a judge's sheet: every change is stored on this device first, then
// sent; without a network it waits here and is sent when there is one.
const form = document.querySelector("#sheet");
const state = document.querySelector("#sheet-state");
const player = document.querySelector("#player");
const notes = document.querySelector("#notes");
const key = form && `loa-sheet:${form.dataset.save}`;
let base = Number(form?.dataset.base), sending = false, timer;

const say = (text) => { state.textContent = text; };
const uuid = () => crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

const read = () => ({
  marks: Object.fromEntries([...form.elements].filter((e) => e.name.startsWith("mark.")).map((e) => [e.name.slice(5), e.value])),
  comment: form.elements.comment.value,
  notes: notes ? [...notes.children].map((li) => ({ seconds: Number(li.dataset.at), text: li.dataset.text })) : [],
});

function show(content) {
  for (const [id, mark] of Object.entries(content.marks)) {
    const field = form.elements[`mark.${id}`];
    if (field) field.value = mark;
  }
  form.elements.comment.value = content.comment;
  if (notes) { notes.replaceChildren(); content.notes.forEach(addNote); }
}

function addNote({ seconds, text }) {
  const li = document.createElement("li"), jump = document.createElement("button"), words = document.createElement("span");
  li.dataset.at = seconds;
  li.dataset.text = text;
  jump.type = "button";
  jump.className = "quiet small num";
  jump.textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  jump.addEventListener("click", () => { player.currentTime = seconds; player.play(); });
  words.textContent = text;
  li.append(jump, words);
  notes.append(li);
}

// What is not sent yet: the content, and the ID under which it is sent so
// that a repeat after a lost answer changes nothing.
const waiting = () => JSON.parse(localStorage.getItem(key) ?? "null");

function changed() {
  localStorage.setItem(key, JSON.stringify({ change: uuid(), base, ...read() }));
  say(form.dataset.saidSaving);
  clearTimeout(timer);
  timer = setTimeout(send, 400);
}

async function send() {
  const mine = waiting();
  if (!mine || sending) return;
  sending = true;
  clearTimeout(timer);
  try {
    const answer = await fetch(form.dataset.save, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(mine) });
    const body = await answer.json();
    if (answer.ok && Number.isInteger(body.version)) {
      base = body.version;
      form.elements.base.value = base;
      const later = waiting();
      if (later?.change === mine.change) {
        localStorage.removeItem(key);
        say(form.dataset.saidSaved);
      } else if (later) {
        localStorage.setItem(key, JSON.stringify({ ...later, base }));
        timer = setTimeout(send, 50);
      }
    } else if (body.code === "contest.sheet_elsewhere") {
      conflict();
    } else if (answer.status >= 500 || answer.status === 429) {
      retry();
    } else {
      say(body.detail ?? form.dataset.saidOffline);
    }
  } catch {
    retry();
  } finally {
    sending = false;
  }
}

function retry() {
  say(form.dataset.saidOffline);
  timer = setTimeout(send, 5000);
}

// Two devices of one judge: she chooses; until then both versions stay.
function conflict() {
  say(form.dataset.saidConflict);
  const choose = (label, then) => {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "quiet small";
    b.textContent = label;
    b.addEventListener("click", then);
    state.append(" ", b);
  };
  choose(form.dataset.saidMine, async () => {
    const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    base = Number(fresh.querySelector("#sheet").dataset.base);
    localStorage.setItem(key, JSON.stringify({ ...waiting(), change: uuid(), base }));
    send();
  });
  choose(form.dataset.saidOther, () => { localStorage.removeItem(key); location.reload(); });
}

if (form?.dataset.final) localStorage.removeItem(key);
else if (form) {
  if (notes) {
    const old = [...notes.children].map((li) => ({ seconds: Number(li.dataset.at), text: li.textContent }));
    notes.replaceChildren();
    old.forEach(addNote);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = form.dataset.saidNote;
    button.addEventListener("click", () => {
      const at = Math.round(player.currentTime * 10) / 10;
      player.pause();
      const text = prompt(form.dataset.saidNote)?.trim();
      if (text) { addNote({ seconds: at, text }); changed(); }
    });
    notes.after(button);
  }
  const kept = waiting(), same = ({ marks, comment, notes }) => JSON.stringify({ marks, comment, notes });
  if (kept && same(kept) === same(read())) localStorage.removeItem(key); // the form itself brought it
  else if (kept) { show(kept); send(); }
  form.addEventListener("input", changed);
  addEventListener("online", send);
}

// Space plays and pauses, arrows move five seconds, unless something is typed.
document.addEventListener("keydown", (e) => {
  if (!player || e.target.closest("input, select, textarea, button, audio, a, summary") || e.ctrlKey || e.altKey || e.metaKey) return;
  if (e.key === " ") { e.preventDefault(); player.paused ? player.play() : player.pause(); }
  if (e.key === "ArrowLeft") player.currentTime -= 5;
  if (e.key === "ArrowRight") player.currentTime += 5;
});
