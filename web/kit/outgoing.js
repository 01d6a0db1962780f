// The outbox on the page: it takes the forms with data-outbox, sends what waits at
// each visit, when the network or the person comes back, by a timer, and by hand,
// and says how much waits. Where the browser keeps nothing it says so before
// anything is typed, and the forms go as they would without it.
//
// <form data-outbox="ABOUT" data-label="WORDS" data-then="PAGE" [data-of="FIELD FIELD"]>: ABOUT names the
// thing it speaks of, as "slot:ID", with the fields that tell which, so that one thing is said once; "" is a new
// thing, one a page. A button with data-direct asks the server something now.
import { insist, release } from "./kit.js";
import { draftKey, soundsKept, storage, uuid } from "./keep.js";
import { keepPages } from "./offline.js";
import { final, outbox } from "./outbox.js";
import { outstore } from "./outstore.js";

const { person, contact } = document.body.dataset;
export const host = document.querySelector("#outbox");
const words = document.querySelector("#outbox-words").dataset;
const soon = 5000, // ms until what waits is tried again, at first
  late = 300_000; // and at last
const slow = 8000; // ms after which a pressed button says what it waits for

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
const zone = { timeZone: "Asia/Ho_Chi_Minh" };
export const clock = (at) =>
  new Date(at).toLocaleString(document.documentElement.lang === "vi" ? "vi" : "en-GB", {
    ...zone,
    hour: "2-digit",
    minute: "2-digit",
    day: "numeric",
    month: "numeric",
  });
// saidAt is when an item was made, by the server's clock as well as that was known.
export const saidAt = (item) => item.at + (item.behind ?? 0) * 1000;
export const make = (tag, values, ...parts) => {
  const e = Object.assign(document.createElement(tag), values);
  e.append(...parts);
  return e;
};

// hash is the SHA-256 of a text in hex, "" where the browser has none (no TLS).
async function hash(text) {
  if (!crypto.subtle) return "";
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

const watchers = [];
let last = []; // what waited when it was last looked at
// watch calls what is to be told of all that waits, now and at each change.
export function watch(f) {
  watchers.push(f);
  f(last);
}

// box is the outbox, or null where the browser keeps nothing.
export const box = await outstore()
  .then((store) =>
    outbox({
      store,
      fetch: (...a) => fetch(...a),
      now: () => Date.now(),
      uuid,
      hash,
      person,
      why: words.backWhy,
      changed: (list) => {
        last = list;
        watchers.forEach((f) => f(list));
      },
      arrived: ({ draft }) => draft && storage.remove(draftKey(draft)),
    }),
  )
  .catch(() => null);

// The page says how much waits.
const bar = make("div", { className: "notice warn row", hidden: true }),
  told = make("span", {}),
  reply = make("span", {}),
  see = make("a", { href: "/outbox", textContent: words.see }),
  enter = logIn(),
  hand = make("button", { type: "button", className: "small quiet", textContent: words.send });
told.setAttribute("role", "status");
bar.id = "unsent";
bar.append(told, enter, reply, see, hand);
host.after(bar);
const made = new WeakMap(); // what draw shows, as it was made
let state = ""; // of the last try, in words
function tell(list) {
  bar.hidden = !list.length;
  const asks = list.filter((i) => i.asks),
    wrong = list.filter((i) => i.why).length - asks.length;
  told.textContent = list.length
    ? [fill(words.count, { n: list.length }), wrong ? fill(words.look, { n: wrong }) : "", asked(asks.length), state]
        .filter(Boolean)
        .join(" ")
    : "";
  see.hidden = location.pathname === "/outbox";
  enter.hidden = state !== words.out;
  const open = asks.filter((i) => i.id !== answers).slice(0, 1);
  draw(reply, open.map((i) => replyTo(i, [words.reply, i.label].filter(Boolean).join(": "))));
  hand.hidden = asks.length === list.length;
}
// draw shows elements in a place. One that would be as it was made stays: it may be under a finger.
function draw(place, list) {
  const stays = new Map([...place.children].map((e) => [made.get(e), e]));
  const now = list.map((e) => stays.get(e.outerHTML) ?? (made.set(e, e.outerHTML), e));
  for (const e of [...place.children]) if (!now.includes(e)) e.remove();
  now.forEach((e, i) => place.children[i] === e || place.insertBefore(e, place.children[i]));
}
const asked = (n) => (n ? fill(words.asked, { n }) : "");
hand.addEventListener("click", () => go({ byHand: true }));

let timer,
  wait = soon;
// go sends what waits, and tries again later what did not leave.
export async function go(what = {}) {
  if (!box) return null;
  clearTimeout(timer);
  if (what.byHand) {
    state = words.sending;
    tell(last);
  }
  const out = await box.send(what);
  state = out.out ? words.out : out.later && what.byHand ? words.waits : "";
  tell(last);
  if (last.some((i) => !i.why && !i.newer)) {
    timer = setTimeout(go, wait);
    wait = Math.min(wait * 2, late);
  } else wait = soon;
  if (out.sent) dispatchEvent(new CustomEvent("outbox-sent"));
  return out;
}
// logIn is the way in, and back here.
function logIn() {
  const href = "/login?next=" + encodeURIComponent(location.pathname + location.search);
  return make("a", { href, textContent: words.logIn });
}

// note says in a form what has become of it.
function note(form, text, ...more) {
  form.querySelector("[data-says]")?.remove();
  const p = make("p", { className: "notice warn" }, text, ...more);
  p.setAttribute("role", "alert");
  p.dataset.says = "outbox";
  form.prepend(p);
  p.scrollIntoView({ block: "center" });
}

// A form that was refused is shown by the server's page: what is sent from there, or a page that says
// what stands instead, ends what was refused.
const shownBefore = "loa-asked";
function refusedBefore(is) {
  try {
    const id = sessionStorage.getItem(shownBefore);
    if (is === undefined) sessionStorage.removeItem(shownBefore);
    else sessionStorage.setItem(shownBefore, is);
    return id;
  } catch {
    return null; // then it stays in the list
  }
}
const answers = refusedBefore();

// whyOf is why an item was refused, in words.
export const whyOf = ({ asks, why }) => fill(asks ? words.asks : words.refused, { why });

// replyTo is the button that leads to the server's page that asks about an item, as if its form were sent.
export function replyTo(item, textContent = words.reply) {
  const button = make("button", { type: "button", className: "small", textContent });
  button.dataset.item = item.id;
  button.addEventListener("click", () => {
    const form = make("form", { method: "post", hidden: true });
    for (const [name, value] of [...item.fields, ["id", item.id]])
      form.append(make("input", { type: "hidden", name, value }));
    form.setAttribute("action", item.action);
    host.after(form);
    refusedBefore(item.id);
    form.submit();
  });
  return button;
}

// shown is what a field says, in words.
function shown(field) {
  const [, y, m, d, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)$/.exec(field.value) ?? [];
  return field.selectedOptions?.[0]?.text ?? (time ? `${time} ${Number(d)}/${Number(m)}/${y}` : field.value);
}

// seen is the text of a button without what only a screen reader says.
const seen = (button) =>
  [...button.childNodes]
    .filter((part) => !part.classList?.contains("away"))
    .map((part) => part.textContent)
    .join("")
    .trim();

// texts are the fields of a form but for its files.
const texts = (form) => [...new FormData(form)].filter(([, v]) => typeof v === "string");

// take keeps what a form says, and sends it while she looks on. kit.js hands it over, uploader.js with files
// that nobody answers to. It reports whether it was kept.
export async function take(form, button, files) {
  const fields = texts(form);
  if (button?.name) fields.push([button.name, button.value]);
  const { then } = form.dataset;
  const naming = (form.dataset.of ?? "").split(" ").filter(Boolean).map((name) => form.elements[name]);
  form.dataset.outbox ||= uuid();
  const about = [form.dataset.outbox, ...naming.map((field) => field.value)].join(":");
  const answer = form.querySelector("[name=outcome]:checked")?.labels[0] ?? (naming.length ? null : button);
  const label = [form.dataset.label, ...naming.map(shown)].filter(Boolean).join(" · ");
  const to = button?.hasAttribute("formaction") ? button.formAction : form.action;
  let item;
  try {
    item = await box.add({
      id: form.elements.id?.value,
      action: new URL(to, location).pathname,
      fields,
      about,
      label: [label, answer && seen(answer)].filter(Boolean).join(" – "),
      then,
      instead: document.body.dataset.stood && answers, // else she has left the page that asked
      files,
      draft: form.dataset.draft,
      anew: form.dataset.draftStays !== undefined,
    });
  } catch ({ waits }) {
    if (!waits && files) return note(form, words.full);
    if (!waits) return insist(form, button, words.full); // no room: it goes as it would without an outbox
    rest(form, button);
    const see = make("a", { href: "/outbox", textContent: words.see });
    return note(form, fill(words.already, { what: waits.label, at: clock(saidAt(waits)) }), " ", see);
  }
  if (form.dataset.draftStays === undefined) storage.remove(draftKey(form.dataset.draft));
  navigator.storage?.persist?.().catch(() => {});
  const waits = (out) => {
    if (!form.isConnected || !form.offsetParent) return; // the page says it elsewhere
    if (out?.out) note(form, words.out, " ", logIn());
    else note(form, words.waits, " ", then ? make("a", { href: then, textContent: words.back }) : "");
  };
  const patience = setTimeout(waits, slow);
  const out = await go({ only: item.id, how: "now" });
  clearTimeout(patience);
  const end = out?.end;
  if (end?.state === "sent" || end?.state === "gone") location.assign(end.receipt?.then || then || location.href);
  else if (end?.state === "refused") {
    if (files) replyTo({ ...item, ...last.find((i) => i.id === item.id) }).click();
    else {
      refusedBefore(item.id);
      release(form, button); // the server's page says what is wrong, and asks
    }
  } else {
    rest(form, button);
    waits(out);
    // What leaves later ends the page too, unless she writes something else there by then.
    const typed = JSON.stringify(texts(form));
    addEventListener("outbox-sent", async () => {
      const stays = last.some((i) => i.id === item.id) || JSON.stringify(texts(form)) !== typed,
        line = (await box.sent()).find((i) => i.id === item.id);
      if (!stays) location.assign(line?.then || then || location.href);
    });
  }
  return true;
}

// rest lets a form be pressed again.
function rest(form, button) {
  delete form.dataset.sent;
  button?.removeAttribute("aria-busy");
}

// leaving says in the form that logs out what waits, and reports whether anything does.
export async function leaving(form) {
  const list = box ? await box.list() : [];
  if (list.length) note(form, fill(words.leave, { n: list.length }));
  return list.length > 0;
}

if (box) {
  watch(tell);
  if (contact) await box.meet(contact, false);
  last = await box.list();
  watchers.forEach((f) => f(last));
  const answered = document.querySelector(".flash") && last.find((i) => i.id === answers && i.why);
  if (answered) await box.takeBack(answered);
  if (last.length) go();
  for (const event of ["online", "focus"])
    addEventListener(event, () => {
      wait = soon;
      if (last.some((i) => !i.why && !i.newer)) go();
    });
  addEventListener("pageshow", async (e) => {
    if (!e.persisted) return;
    last = await box.list(); // another page has changed it
    watchers.forEach((f) => f(last));
  });
} else if (document.querySelector("form[data-outbox]")) {
  host.after(make("p", { className: "notice warn", textContent: words.denied }));
}

// Where nothing can be kept to listen to, and nothing is, that script does not come.
const listens = document.querySelector("p[data-full]") || storage.get(soundsKept);
if (document.querySelector("#keeping") && listens) import("./keeping.js").catch(() => {}); // none is offered then

// Her own pages are there without a network: of her day, her log and what waits, and where data-keep says so.
const hers =
  /^\/(today|airings|calendar|outbox|me|samples\/new|help(\/.+)?|enter(\/.+)?|episodes\/[^/]+|airings\/[^/]+)?$/;
export function keep() {
  if (!("runs" in document.body.dataset)) return;
  const here = location.pathname + location.search;
  const list = ["/today", "/outbox"],
    parts = [];
  if (navigator.serviceWorker?.controller) { // a first visit is heavy enough
    list.push("/airings");
    if ("pin" in document.body.dataset) list.push("/me", "/switching"); // somebody else may take over
    for (const link of document.querySelectorAll("[data-keep]"))
      list.push(link.dataset.keep || link.getAttribute("href"));
    for (const at of document.querySelectorAll("[data-parts]")) parts.push(...at.dataset.parts.split(" "));
    document.head.append(make("link", { rel: "manifest", href: "/manifest.webmanifest" }));
  }
  if (hers.test(location.pathname)) list.push(here);
  keepPages([...new Set(list)], parts);
}

// The page of what waits.
const page = document.querySelector("[data-outbox-list]");
if (page) {
  const kept = page.querySelector("[data-kept]");
  const entry = (item) => {
    const line = make("div", { className: "tight" }, item.label || item.name || item.action);
    const small = [fill(words.said, { at: clock(saidAt(item)) })];
    for (const file of item.parts ?? [item])
      if (file.safe) small.push(Math.round((100 * file.safe) / file.size) + " %");
    if (item.why) small.push(whyOf(item));
    if (item.newer) small.push(words.newer);
    line.append(make("small", { textContent: small.join(" · ") }));
    const drop = make("button", { type: "button", className: "quiet small", textContent: words.takeBack });
    drop.addEventListener("click", () => {
      if (drop.dataset.sure) return box.takeBack(item);
      drop.dataset.sure = "yes";
      drop.textContent = words.takeBackSure;
    });
    const to = item.kind === "file" && item.other ? "/airings/" + item.other : item.then;
    const leads = to ? [make("a", { href: to, textContent: words.open })] : [];
    // a form that was filled in comes back as it was, with what is wrong marked
    const filled = item.why && item.kind === "fact" && item.fields.some(([name]) => name === "started_at");
    const open = item.asks ? [replyTo(item)] : filled ? [replyTo(item, words.open)] : leads;
    const end = final(item) ? make("small", { className: "soft", textContent: words.final }) : drop;
    const all = make("li", {}, line, make("span", { className: "row" }, ...open, end));
    all.dataset.item = item.id;
    return all;
  };
  watch(async (list) => {
    const lines = box ? await box.sent() : [];
    draw(page.querySelector("[data-waiting]"), list.map(entry));
    page.querySelector("[data-none]").hidden = list.length > 0;
    const gone = (i) => make("div", { className: "tight" }, i.label, make("small", { textContent: clock(i.now) }));
    page.querySelector("[data-sent]").replaceChildren(...lines.map((i) => make("li", {}, gone(i))));
    page.querySelector("[data-sent-card]").hidden = !lines.length;
  });
  const promised = await navigator.storage?.persisted?.().catch(() => false);
  kept.textContent = !box ? words.denied : promised ? words.safe : words.mayGo;
}
