// The answers of a knowledge contest stay on the phone until the server has them: each small request says all that was
// chosen, so that one that arrives makes up for those that were lost. n counts what was pressed; the server's clock
// decides what was in time.
import { storage } from "../kit/keep.js";

const lull = 3000, // ms from a press to its request, for several at once
  again = 5000, // ms until a line is tried again
  key = (id) => "loa-quiz:" + id;

// send posts what the phone holds; it answers what the server has of it, null without a line, "gone" where that ended.
export async function send(action, fields, done, post = fetch) {
  const body = new URLSearchParams(fields);
  body.set("do", done ? "send" : "keep");
  try {
    const headers = { Accept: "application/json" },
      answer = await post(action, { method: "POST", body, headers, redirect: "manual" });
    if (answer.ok && /json/.test(answer.headers.get("Content-Type"))) return await answer.json();
    return [400, 404, 409, 410, 422].includes(answer.status) ? "gone" : null;
  } catch {
    return null;
  }
}

// clock writes ms as minutes and seconds.
export const clock = (ms) => {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
};

function begin(form) {
  const id = key(form.dataset.quiz),
    said = form.querySelector("[data-said]"),
    shown = form.querySelector("[data-clock]"),
    began = Date.now() - Number(form.dataset.gone),
    ends = Date.now() + Number(form.dataset.left),
    held = storage.get(id) ?? { n: Number(form.dataset.n), fields: null, done: false };
  let had = Number(form.dataset.n),
    timer = 0,
    going = false;
  const say = (what) => (said.textContent = said.dataset[what] ?? "");
  const fields = () => [...new FormData(form)].filter(([name]) => name !== "do");
  const keep = () => {
    form.elements.n.value = held.n;
    held.fields = fields();
    storage.set(id, held);
  };
  if (held.fields && held.n > had)
    for (const [name, value] of held.fields) {
      const e = form.elements[name];
      if (e && name !== "id" && name !== "n") e.value = value; // of radio buttons too
    }

  async function now() {
    clearTimeout(timer);
    if (going || (held.n <= had && !held.done)) return;
    going = true;
    const n = held.n,
      done = held.done;
    say(done ? "sending" : "keeping");
    const answer = await send(form.action, held.fields ?? fields(), done);
    going = false;
    if (answer === "gone") return location.reload();
    if (!answer) {
      timer = setTimeout(now, again);
      return;
    }
    had = Math.max(had, n);
    if (answer.over || answer.sent) {
      if (held.n <= had) storage.remove(id);
      return location.reload();
    }
    say("kept");
    if (held.n > had || held.done !== done) now();
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(now, lull);
  };
  form.addEventListener("input", (e) => {
    held.n++;
    const place = /^a(\d+)$/.exec(e.target.name);
    if (place) form.elements["t" + place[1]].value = Math.max(1, Date.now() - began);
    keep();
    say("keeping");
    soon();
  });
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    held.n++;
    held.done = e.submitter?.value !== "keep";
    keep();
    now();
  });
  addEventListener("online", now);
  let up = false;
  const tick = setInterval(() => {
    const left = ends - Date.now();
    shown.textContent = said.dataset.left.replace("{left}", clock(left));
    if (left > 0 || up) return;
    up = true;
    clearInterval(tick);
    say("up");
    form.querySelectorAll("input, button").forEach((e) => (e.disabled = true)); // what was chosen is in held
    held.n > had || held.done ? now() : setTimeout(() => location.reload(), 16000); // Grace
  }, 500);
  now();
}

// rest sends what the phone still holds once the time is up.
async function rest(place) {
  const id = key(place.dataset.quizRest),
    held = storage.get(id),
    said = place.querySelector("[data-said]");
  if (!held?.fields) return;
  said.hidden = false;
  said.textContent = said.dataset.sending;
  const answer = await send(place.dataset.action, held.fields, held.done);
  if (!answer) {
    setTimeout(() => rest(place), again);
    return;
  }
  storage.remove(id);
  said.textContent = answer.late ? said.dataset.late : said.dataset.kept;
}

if (typeof document !== "undefined") {
  const form = document.querySelector("form[data-quiz]"),
    place = document.querySelector("[data-quiz-rest]");
  if (form) begin(form);
  if (place) rest(place);
}
