// What is typed into <form data-draft="NAME"> is kept in this browser, of this person, until the outbox has it, or with
// data-draft-stays until a page with data-draft-ends="NAME ..." tells (once, by its flash) that it has arrived: a lost
// network, a closed tab, a session that ended, another person on this phone take none of it. Files are not kept here;
// see uploader.js.
import { draftKey as key, storage } from "./keep.js";

const lull = 400; // ms after the last key

// words are the fields a person fills in.
const kinds = /^(text|textarea|select-one|radio|datetime-local)$/;
const words = (form) => [...form.elements].filter((e) => e.name && kinds.test(e.type));
const said = (form) =>
  words(form)
    .filter((e) => e.type !== "radio" || e.checked)
    .map((e) => [e.name, e.value]);

function fill(form, fields) {
  for (const [name, value] of fields)
    for (const e of words(form).filter((e) => e.name === name)) {
      if (e.type === "radio") e.checked = e.value === value;
      else e.value = value;
    }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function start(form) {
  const name = key(form.dataset.draft),
    empty = said(form),
    draft = storage.get(name);
  let timer = 0;
  // now keeps what was typed last, where that has not been kept yet.
  const now = () => {
    if (timer) storage.set(name, { at: Date.now(), fields: said(form) });
    clearTimeout(timer);
    timer = 0;
  };
  const keep = () => {
    clearTimeout(timer);
    timer = setTimeout(now, lull);
  };
  const answered = document.body.dataset.stood; // what was sent is shown, with what the server knows of its files
  if (draft && !answered && JSON.stringify(draft.fields) !== JSON.stringify(empty)) {
    fill(form, draft.fields);
    const drop = Object.assign(document.createElement("button"), {
      type: "button",
      className: "quiet small",
      textContent: form.dataset.draftDrop,
    });
    const note = Object.assign(document.createElement("p"), { className: "notice info row" });
    const at = new Date(draft.at).toLocaleString(document.documentElement.lang === "vi" ? "vi" : "en-GB", {
      timeZone: "Asia/Ho_Chi_Minh",
      hour: "2-digit",
      minute: "2-digit",
      day: "numeric",
      month: "numeric",
    });
    note.setAttribute("role", "status");
    note.append(form.dataset.draftTold.replace("{at}", at), drop);
    drop.addEventListener("click", () => {
      storage.remove(name);
      fill(form, empty);
      clearTimeout(timer);
      timer = 0;
      note.remove();
    });
    form.prepend(note);
  }
  form.addEventListener("input", keep);
  form.addEventListener("submit", now, true);
  addEventListener("pagehide", now);
}

for (const end of document.querySelector(".flash") ? document.querySelectorAll("[data-draft-ends]") : [])
  for (const name of end.dataset.draftEnds.split(" ")) storage.remove(key(name));
for (const form of document.querySelectorAll("form[data-draft]")) start(form);
