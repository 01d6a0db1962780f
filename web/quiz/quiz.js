// The answers of a knowledge contest stay on the phone until the server has them: each small request says all that was
// chosen and when it was pressed, so that one that arrives makes up for those that were lost, and windows of one try do
// not undo each other. What the phone holds goes only when the server answers that it stands.
import { storage } from "../kit/keep.js";

const lull = 3000, // ms from a press to its request, for several at once
  mostGuess = 10_000_000,
  again = 5000, // ms until a line is tried again
  key = (id) => "loa-quiz:" + id,
  none = () => ({ a: {}, t: {}, done: false });

// merge is what two windows of a try, or one and the server, hold together: of each question what was pressed last.
export function merge(mine, theirs) {
  const both = { a: { ...mine.a }, t: { ...mine.t }, done: !!(mine.done || theirs.done) };
  for (const [at, ms] of Object.entries(theirs.t))
    if (!(both.t[at] > ms)) [both.a[at], both.t[at]] = [theirs.a[at], ms];
  return both;
}

// missing is what the server's answer does not say it has.
export const missing = (held, answer) => Object.keys(held.t).filter((at) => !(answer.t[at] >= held.t[at]));

// send posts what the phone holds of so many questions; it answers what the server has, null without a line, or the
// status of what was refused.
export async function send(action, id, of, held, post = fetch) {
  const body = new URLSearchParams({ try: id, timed: "1", do: held.done ? "sure" : "keep" });
  for (let at = 0; at < of; at++) {
    body.set("t" + at, held.t[at] ?? 0);
    if (held.a[at]) body.set("a" + at, held.a[at]);
  }
  if (held.a.guess) {
    body.set("guess", held.a.guess);
    body.set("tguess", held.t.guess);
  }
  try {
    const headers = { Accept: "application/json" },
      answer = await post(action, { method: "POST", body, headers, redirect: "manual" });
    if (answer.ok && /json/.test(answer.headers.get("Content-Type"))) {
      const has = await answer.json();
      has.a.guess = has.guess;
      return has;
    }
    return [400, 404, 409, 410, 422].includes(answer.status) ? answer.status : null;
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
  const id = form.dataset.quiz,
    its = key(id),
    said = form.querySelector("[data-said]"),
    shown = form.querySelector("[data-clock]"),
    blank = form.querySelector("[data-blank]"),
    of = form.querySelectorAll("fieldset").length,
    began = Date.now() - Number(form.dataset.gone),
    ends = Date.now() + Number(form.dataset.left),
    kept = () => storage.get(its) ?? none();
  let had = none(), // what the server has
    timer = 0,
    going = false,
    up = false;
  const say = (what) => (said.textContent = said.dataset[what] ?? "");
  const value = (at) => form.elements[at === "guess" ? at : "a" + at];
  const show = (held) => {
    for (const at in held.t) if (held.a[at]) value(at).value = held.a[at]; // of radio buttons too
  };
  for (const e of form.querySelectorAll("[name^=t]")) {
    const at = e.name.slice(1),
      chosen = value(at)?.value;
    if (chosen) [had.a[at], had.t[at]] = [chosen, Number(e.value)];
  }
  show(merge(had, kept()));

  async function now() {
    clearTimeout(timer);
    const held = kept();
    if (going || (!held.done && missing(held, had).length === 0)) return;
    going = true;
    say(held.done ? "sending" : up ? "stuck" : "keeping");
    const answer = await send(form.action, id, of, held);
    going = false;
    if (answer === 404 || answer === 410) return location.reload(); // its page says why; the phone keeps what it has
    if (!answer?.t) {
      if (answer) return say("refused");
      if (up) say("stuck");
      timer = setTimeout(now, again);
      return;
    }
    const stands = answer.sent || answer.late || missing(held, answer).length === 0;
    had = answer;
    const rest = merge(had, kept()),
      more = missing(rest, had).length > 0;
    if (answer.over || answer.sent) {
      if (stands && (answer.sent || !more)) storage.remove(its);
      return location.reload();
    }
    if (!up) show(rest);
    say(stands ? "kept" : "refused");
    if (more || kept().done !== held.done) now();
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(now, lull);
  };
  const press = (at) => {
    const held = merge(had, kept()), // another window may have pressed
      typed = value(at).value,
      chosen = at === "guess" ? String(Math.min(mostGuess, Number(typed.replace(/\D/g, "")) || 0)) : typed;
    if (!typed.trim()) return; // what was guessed once stands
    held.t[at] = Math.max(1, Date.now() - began, (held.t[at] ?? 0) + 1);
    held.a[at] = chosen;
    storage.set(its, held);
  };
  form.addEventListener("input", (e) => {
    press(e.target.name.replace(/^a(?=\d)/, ""));
    blank.hidden = true;
    say("keeping");
    soon();
  });
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const held = merge(had, kept()),
      open = [...Array(of).keys()].filter((at) => !held.a[at]).map((at) => at + 1),
      how = e.submitter?.value ?? "send";
    if (how === "send" && open.length > 0) {
      blank.querySelector("p").textContent = blank.dataset.blank.replace("{which}", open.join(", "));
      blank.hidden = false;
      blank.focus();
      blank.scrollIntoView({ block: "center" });
      return;
    }
    held.done = how !== "keep";
    storage.set(its, held);
    now();
  });
  addEventListener("storage", (e) => {
    if (e.key === its && !up) show(merge(had, kept()));
  });
  addEventListener("online", now);
  const tick = setInterval(() => {
    const left = ends - Date.now();
    shown.textContent = left > 0 ? said.dataset.left.replace("{left}", clock(left)) : said.dataset.up;
    if (left > 0 || up) return;
    up = true;
    clearInterval(tick);
    say("");
    form.querySelectorAll("input, button").forEach((e) => (e.disabled = true)); // what was chosen is kept
    const held = kept();
    held.done || missing(held, had).length > 0 ? now() : setTimeout(() => location.reload(), 16000); // Grace
  }, 500);
  now();
}

// rest sends what the phone still holds once the time is up.
async function rest(place) {
  const id = place.dataset.quizRest,
    held = storage.get(key(id)),
    said = place.querySelector("[data-said]"),
    say = (what) => (said.textContent = said.dataset[what]);
  if (!held?.t) return;
  said.hidden = false;
  say("sending");
  const answer = await send(place.dataset.action, id, Number(place.dataset.of), held);
  if (answer?.t) {
    storage.remove(key(id));
    return location.reload(); // the page says what became of it
  }
  say(answer ? "refused" : "stuck");
  if (!answer) setTimeout(() => rest(place), again);
}

if (typeof document !== "undefined") {
  const form = document.querySelector("form[data-quiz]"),
    place = document.querySelector("[data-quiz-rest]");
  if (form) begin(form);
  if (place) rest(place);
}
