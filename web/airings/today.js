// The operator's day without a network: a slot whose time has come gets its two
// buttons, what was pressed says that it waits, and can be taken back or get a photo.
import { final } from "../kit/outbox.js";
import { box, clock, fill, go, make, replyTo, saidAt, watch, whyOf } from "../kit/outgoing.js";

const words = document.querySelector("#today-words")?.dataset;
const blank = document.querySelector("#answers");
const cards = [...document.querySelectorAll("article[data-slot], article[data-about]")];
const done = [...document.querySelectorAll("li[data-report]")];
const minute = 60_000;

// answer gives a card the two buttons of its slot.
function answer(card, now) {
  const { slot, start, over, means, label } = card.dataset;
  const part = blank.content.cloneNode(true);
  for (const form of part.querySelectorAll("form")) {
    form.dataset.outbox = "slot:" + slot;
    form.dataset.label = label;
    for (const [name, value] of Object.entries({ id: "", slot, planned: start, means }))
      if (form.elements[name]) form.elements[name].value = value;
  }
  const dialog = part.querySelector(".dialog");
  dialog.id = "no-" + slot;
  for (const button of part.querySelectorAll("[popovertarget]")) button.setAttribute("popovertarget", dialog.id);
  if (now < Number(over)) part.querySelector(".yes").lastChild.textContent = words.airing;
  for (const old of card.querySelectorAll("[data-until-due]")) old.remove();
  card.classList.add("warn");
  card.prepend(make("p", { className: "strong", textContent: words.due }));
  part.querySelector("[data-adjust]").href = "/airings/new?slot=" + slot;
  card.append(part);
}

// due gives their buttons to the slots whose time has come since the page was made.
async function due() {
  if (!words || !blank || !box) return;
  const now = await box.clock();
  for (const card of cards)
    if (Number(card.dataset.start) <= now && !card.querySelector(".thumbs")) {
      answer(card, now);
      const first = document.querySelector("#waiting")?.parentElement;
      if (first && !first.contains(card)) first.append(card);
    }
  mark();
}

// photo is the button that takes a photo for a report that waits here.
function photo(item) {
  const input = make("input", { type: "file", accept: "image/*", className: "away" });
  input.setAttribute("capture", "environment");
  input.addEventListener("change", async () => {
    const [taken] = input.files;
    if (!taken) return;
    const file = await import("../kit/photo.js").then(
      ({ scaled }) => scaled(taken),
      () => taken, // that script is not here yet: the photo goes as it is
    );
    const bytes = await file.arrayBuffer();
    const { name, type, lastModified: captured } = file;
    const label = [item.label, name].join(" – ");
    await box.addFile({ report: item.id, station: words.station, name, type, bytes, captured, label });
    go();
  });
  return make("label", { className: "button quiet" }, words.photo, input);
}

// recording is the button that records what is being aired, for a report that waits here.
function recording(item, card) {
  const button = make("button", { type: "button", className: "quiet small", textContent: words.recordWord });
  button.hidden = true; // until it is offered
  const label = item.label.split(" – ")[0];
  Object.assign(button.dataset, { record: "", report: item.id, station: words.station, label });
  if (card.dataset.ask) button.dataset.ask = card.dataset.ask;
  if (document.querySelector("#recorder")) import("../kit/record.js").then(({ offer }) => offer(button));
  return button;
}

let busy = 0; // what is being taken back: the page stays until it is
let list = [],
  sent = [];
const takenBack = (id) => sent.some((i) => i.about === "back:" + id);
// mark says on each card what of it waits or has gone since the page was made.
function mark() {
  for (const card of cards) {
    const about = card.dataset.about ?? "slot:" + card.dataset.slot;
    const backOf = (i) => list.find((b) => b.about === "back:" + i.id),
      same = list.filter((i) => i.about === about),
      item = same.find((i) => !backOf(i)) ?? same[0],
      back = item && backOf(item),
      gone = sent.find((i) => i.about === about && i.now > Number(words.made) && !takenBack(i.id));
    const photos = list.filter((i) => i.kind === "file" && i.after === item?.id).length;
    const state = item ? [item.id, item.why, back?.id, photos].join() : (gone?.id ?? "");
    if (card.dataset.said === state) continue;
    card.dataset.said = state;
    card.querySelector(".phone")?.remove();
    const said = Boolean(item ? !item.why && !back : gone);
    for (const part of card.querySelectorAll(".thumbs, [data-adjust], [data-slot] > [data-record]")) part.hidden = said;
    if (!item && !gone) continue;
    const told = make("div", { className: "phone stack" });
    card.append(told);
    if (!item) {
      told.append(make("p", { className: "notice ok", textContent: fill(words.gone, { at: clock(gone.now) }) }));
      continue;
    }
    const what = item.label.split(" – ").pop();
    const text = back
      ? words.backs
      : item.why
        ? whyOf(item)
        : fill(words.waits, { what, at: clock(saidAt(item)) });
    told.append(make("p", { className: "notice warn", textContent: text }));
    if (back) continue;
    if (photos) told.append(make("p", { className: "soft", textContent: fill(words.photos, { n: photos }) }));
    const drop = make("button", { type: "button", className: "quiet small", textContent: words.takeBack });
    drop.addEventListener("click", async () => {
      busy++;
      await box.takeBack(item).finally(() => busy--);
    });
    const reply = item.asks ? [replyTo(item)] : [];
    const more = item.why || item.action !== "/airings" ? [] : [photo(item)];
    told.append(make("p", { className: "row" }, ...reply, ...more, ...(final(item) ? [] : [drop])));
    const aired = item.fields.some(([name, value]) => name === "outcome" && value === "aired");
    if (aired && more.length && saidAt(item) < Number(card.dataset.over)) told.append(recording(item, card));
  }
  for (const line of done) {
    const { report } = line.dataset;
    const abouts = ["correct:" + report, "undo:" + report, "back:" + report];
    const changes = list.filter((i) => abouts.includes(i.about) || i.report === report);
    line.querySelector(".phone")?.remove();
    if (!changes.length) continue;
    const text = changes.map((i) => i.label.split(" – ").pop()).join(", ");
    line.append(make("small", { className: "phone soft", textContent: fill(words.changes, { what: text }) }));
    const undo = line.querySelector("form");
    if (undo) undo.hidden = true;
  }
}

if (box && words) {
  watch(async (now) => {
    list = now;
    sent = await box.sent();
    mark();
  });
  await due();
  setInterval(due, minute);
  document.addEventListener("visibilitychange", () => document.hidden || due());
  // what left meanwhile stands in the list of what is done
  addEventListener("outbox-sent", () => {
    if (!busy && !document.querySelector(".dialog.open, .dialog:is(:popover-open), form[data-sent]")) location.reload();
  });
  hint();
}

// hint offers the home screen to who has reported with this browser, once.
async function hint() {
  const key = "loa-install";
  let offered = null;
  const shown = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return "no";
    }
  };
  const alone = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
  if (alone || shown() || !(await box.sent()).length) return;
  const say = (text, ...more) => {
    const close = make("button", { type: "button", className: "quiet small", textContent: "×" });
    const card = make("p", { className: "notice info row", id: "install" }, text, ...more, close);
    close.setAttribute("aria-label", document.querySelector("[popovertargetaction]")?.textContent.trim() ?? "×");
    close.addEventListener("click", () => {
      localStorage.setItem(key, "no");
      card.remove();
    });
    document.querySelector("#main").append(card);
  };
  addEventListener("beforeinstallprompt", (e) => {
    e.preventDefault();
    offered = e;
    const add = make("button", { type: "button", className: "small", textContent: words.add });
    add.addEventListener("click", () => offered.prompt());
    say(words.addText, add);
  });
  if ("standalone" in navigator) say(words.addText + " " + words.addIos);
}
