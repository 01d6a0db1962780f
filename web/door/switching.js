// Changes the person of a shared phone while there is no network: on her own page the next is chosen, then
// /switching waits for a network, which the worker leads on from. See kit/worker.js, makeWay.
import { storage } from "../kit/keep.js";

const known = "loa-known:people"; // who may be chosen, and who was: {next, people: [[ID, name]]}
const soon = 5000; // ms until the server is asked again
const patience = 8000; // ms without an answer: the line is dead

// answers reports whether the server is there, and not a captive portal.
async function answers() {
  const dead = new AbortController(),
    timer = setTimeout(() => dead.abort(), patience);
  try {
    const answer = await fetch("/healthz", { cache: "no-store", redirect: "manual", signal: dead.signal });
    return answer.ok && (await answer.text()) === "ok\n";
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

// takeOver lets somebody have the phone; it reports whether the worker could close what was kept.
function takeOver(next, people) {
  const worker = navigator.serviceWorker?.controller,
    { port1, port2 } = new MessageChannel();
  if (!worker) return Promise.resolve(false);
  storage.set(known, { next, people });
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    worker.postMessage({ next }, [port2]);
  });
}

// On her own page.
const form = document.querySelector("form[action='/switch']"),
  choice = document.querySelector("#take-over");
if (form && choice && navigator.serviceWorker?.controller) {
  const button = form.querySelector("button"),
    me = [document.body.dataset.person, choice.dataset.me],
    buttons = [...choice.querySelectorAll("[data-next]")],
    people = [...buttons.map((b) => [b.dataset.next, b.textContent.trim()]), me];
  const close = () => {
    choice.hidden = true;
    button.removeAttribute("aria-busy");
    button.focus();
  };
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    button.setAttribute("aria-busy", "true");
    if (await answers()) return form.submit();
    button.removeAttribute("aria-busy");
    choice.hidden = false;
    choice.focus();
  });
  for (const b of buttons)
    b.addEventListener("click", async () => {
      if (await takeOver(b.dataset.next, people)) location.assign("/switching");
      else choice.querySelector("[data-not]").hidden = false;
    });
  choice.querySelector("[data-stay]").addEventListener("click", close);
}

// Where a network is waited for.
const place = document.querySelector("[data-switching]");
if (place) {
  const { next = "", people = [] } = storage.get(known) ?? {},
    name = people.find(([id]) => id === next)?.[1],
    said = place.querySelector("[data-said]"),
    list = place.querySelector("[data-people]");
  if (next && name) said.textContent = said.dataset.said.replace("{name}", name);
  for (const [id, text] of people.filter(([id]) => id !== next)) {
    const b = document.createElement("button");
    Object.assign(b, { type: "button", className: "quiet", textContent: text });
    b.addEventListener("click", async () => (await takeOver(id, people)) && location.reload());
    list.append(b);
  }
  list.closest("details").hidden = !list.children.length;
  const again = async () => (await answers()) && location.reload(); // the worker does the rest
  for (const event of ["online", "focus"]) addEventListener(event, again);
  setInterval(again, soon);
}
