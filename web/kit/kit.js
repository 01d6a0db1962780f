// What only a script can add to every page. Everything here has a plain HTML
// way that works without it.

import { draftKey, leave, settles, storage, uuid } from "./keep.js";

// asSent is this page as it came, before any script has touched it: where a worker did not see it come. Of what
// the worker may keep the server tells the mark.
const { runs, mark } = document.body.dataset;
const handed = runs !== undefined && mark && !navigator.serviceWorker?.controller;
export const asSent = handed ? "<!doctype html>" + document.documentElement.outerHTML : "";

// submitter is the button that sends a form, also where the event does not
// tell it (Safari before 15.4): it was pressed just before.
let pressed = null;
document.addEventListener(
  "click",
  (e) => {
    pressed = e.target.closest?.("button, input[type=submit]") ?? null;
  },
  true,
);
export const submitter = (e) =>
  e.submitter ?? (pressed?.form === e.target && pressed.type === "submit" ? pressed : null);

// submit sends a form as if that button had been pressed, checks included.
// Safari before 16 has no requestSubmit.
export function submit(form, button) {
  if (button) return button.click();
  const own = Object.assign(document.createElement("button"), { hidden: true });
  form.append(own);
  own.click();
  own.remove();
}

// An answer to a form, as a preview is one, takes the place of the page the form
// stood on: else the browser would ask to send the form again when somebody comes
// Back, or show a page about it. What she typed is filled in again, but for files.
const { stood } = document.body.dataset;
const typed = (form) =>
  [...form.elements].filter((e) => e.name && !/^(hidden|file|password|button|submit)$/.test(e.type));
if (stood) {
  for (const form of document.forms) form.setAttribute("action", form.action); // what was said from this address
  for (const button of document.querySelectorAll("[formaction]")) button.setAttribute("formaction", button.formAction);
  for (const link of document.querySelectorAll("a[href^='?']")) link.setAttribute("href", link.href);
  const list = [...document.querySelectorAll("main form[method=post]")]
    .map((form) => typed(form).map((e) => [e.name, e.value, /radio|checkbox/.test(e.type) ? e.checked : null]))
    .filter((fields) => fields.length);
  // the browser goes to that place yet
  history.replaceState({ typed: list, by: document.body.dataset.person }, "", stood + location.hash);
} else if (history.state?.by === document.body.dataset.person) {
  for (const fields of history.state?.typed ?? []) {
    const form = [...document.forms].find((f) => fields.every(([name]) => name in f.elements));
    for (const e of form ? typed(form) : []) {
      const [, value, on] =
        fields.find(([name, value, on]) => name === e.name && (on === null || value === e.value)) ?? [];
      if (typeof on === "boolean") e.checked = on;
      else if (value !== undefined) e.value = value;
    }
  }
}

// A form is sent once: a second tap on a slow link does nothing.
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (e.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) {
    e.preventDefault();
    return;
  }
  const button = submitter(e);
  if (leaves(form) && keeps && !form.dataset.told) {
    e.preventDefault();
    form.dataset.told = "yes"; // pressed again, it goes
    outgoing()
      .then(({ leaving }) => leaving(form))
      .then((waits) => waits || submit(form, button), () => submit(form, button));
    return;
  }
  form.dataset.sent = "yes";
  button?.setAttribute("aria-busy", "true");
  const whole = [...form.elements].every((one) => !one.files?.length); // uploader.js did not come: the form brings them
  if (form.dataset.outbox !== undefined && keeps && whole && button?.dataset.direct === undefined) {
    e.preventDefault();
    outgoing().then(
      ({ box, take }) => (box ? take(form, button) : insist(form, button)),
      () => insist(form, button),
    );
  } else if (form.dataset.waiting) {
    e.preventDefault();
    insist(form, button);
  } else if (form.enctype === "multipart/form-data" || form.dataset.hold || written(form)) {
    e.preventDefault();
    hold(form, button);
  }
});

// What the page can do without comes when it is there: the outbox (see outgoing.js) of who has
// one, and the scripts of <link rel=later>. A form pressed before waits for it.
const keeps = "contact" in document.body.dataset;
let asked = null;
const outgoing = () => (asked ??= import("./outgoing.js"));
const made = ["./outbox.js", "./outstore.js", "./offline.js"]; // what it imports, asked for at once
async function later() {
  const links = [...document.querySelectorAll("link[rel=later]")];
  const parts = [...links.map((link) => link.href), ...made].map((part) => import(part));
  const all = await Promise.allSettled([outgoing(), ...parts]);
  all[0].value?.keep();
}
if (keeps) {
  if (document.readyState === "complete") later();
  else addEventListener("load", later);
}

// Who logs out leaves nothing of hers behind, but for what waits, which is told first; see keep.js, and
// worker.js for the pages that were kept.
const leaves = (form) => new URL(form.action).pathname === "/logout";
document.addEventListener("submit", (e) => {
  if (leaves(e.target) && !e.defaultPrevented) leave();
});

// say tells, where it is seen, what a form is waiting for: the network, or that
// somebody logs in beside it; what was typed stays.
function say(form, waiting, loggedOut) {
  const said = form.querySelector("[data-says]");
  if (said?.dataset.says === String(loggedOut)) return;
  said?.remove();
  const note = document.createElement("p");
  note.className = "notice warn";
  note.setAttribute("role", "alert");
  note.dataset.says = String(loggedOut);
  note.textContent = loggedOut ? document.body.dataset.loggedOut : waiting;
  if (loggedOut) {
    note.append(
      " ",
      Object.assign(document.createElement("a"), {
        href: "/login",
        target: "_blank",
        textContent: document.body.dataset.logIn,
      }),
    );
  }
  form.prepend(note);
  note.scrollIntoView({ block: "center" });
}

// <form data-waiting="SENTENCE" data-then="PAGE"> is sent again until the
// server has it: networks and power come and go, and the ID in the form makes
// every repeat the same change. Only the server's receipt ends it.
export async function insist(form, button, waiting = form.dataset.waiting) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.append(button.name, button.value);
  const id = body.get("id") || uuid();
  body.set("id", id);
  const to = button?.hasAttribute("formaction") ? button.formAction : form.action;
  let loggedOut = false;
  for (;;) {
    const slow = unheard(() => say(form, waiting, false));
    try {
      const headers = { "Loa-Outbox": "now", "Loa-Person": document.body.dataset.person ?? "" },
        answer = await fetch(to, { method: "POST", body, redirect: "manual", headers }),
        json = await answer.json();
      if (answer.ok && settles(json, id, "")) {
        storage.remove(draftKey(form.dataset.draft));
        return location.assign(json.then || form.dataset.then);
      }
      loggedOut = Boolean(json?.code) && answer.status === 401;
      if (json?.code && !loggedOut && !busy.includes(answer.status)) break;
    } catch {
      /* nobody answered, or somebody else */
    } finally {
      clearTimeout(slow);
    }
    say(form, waiting, loggedOut);
    await moment();
  }
  release(form, button); // the server's page says what is wrong
}

const busy = [502, 503, 504, 507]; // what passes

// unheard tells what a pressed button waits for when the line is neither dead
// nor answers.
const unheard = (tell) => setTimeout(tell, 8000);

// moment waits a little, less when the network is there again.
const moment = () =>
  new Promise((go) => {
    setTimeout(go, 5000);
    for (const event of ["online", "focus"]) addEventListener(event, go, { once: true });
  });

// release sends a form past its listeners, as if that button had been pressed.
export function release(form, button) {
  if (button?.name)
    form.append(
      Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }),
    );
  if (button?.hasAttribute("formaction")) form.action = button.formAction;
  form.submit();
}

// written reports whether somebody who is logged in wrote words of her own into the form.
const own = (e) => e.type === "textarea" && !e.readOnly && e.value.trim();
const written = (form) => document.body.dataset.person && [...form.elements].some(own);

// hold keeps a form on its page while nobody answers, or while nobody is logged in: one that takes files or words of
// her own, which the page that comes then would take with it, and <form data-hold="SENTENCE">, which leads to a page
// that needs a network.
async function hold(form, button) {
  const waiting = form.dataset.hold ?? document.body.dataset.offline;
  for (;;) {
    const slow = unheard(() => say(form, waiting, false));
    const answer = await fetch("/api/v1/me", { method: "HEAD", cache: "no-store" }).catch(() => null),
      loggedOut = answer?.status === 401;
    clearTimeout(slow);
    if (answer && !loggedOut && !busy.includes(answer.status)) break;
    say(form, waiting, loggedOut);
    await moment();
  }
  release(form, button);
}

// Back from the cache of the browser: a page of somebody else is closed, and the form may be sent again.
const { person = "" } = document.body.dataset,
  shows = "loa-shows"; // whose page was opened last in this browser
storage.set(shows, person);
addEventListener("pageshow", (e) => {
  if (e.persisted && storage.get(shows) !== person) {
    document.body.hidden = true;
    return location.reload();
  }
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// <button data-copy="#field"> copies a link.
document.addEventListener("click", async (e) => {
  const button = e.target.closest?.("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value ?? field.textContent);
    button.classList.add("done");
  } catch {
    field.select?.(); // the person copies it herself
  }
});

// A <div popover> is a dialog: it has the role, a name, and the focus while it
// is open. A browser without popovers gets them from here. A link with data-dialog
// opens one instead of the page it leads to where there is no script.
const opener = (box) => document.querySelector(`[popovertarget="${box.id}"], [data-dialog="${box.id}"]`);
const native = "popover" in HTMLElement.prototype;
for (const box of document.querySelectorAll("[popover]")) {
  box.setAttribute("role", "dialog");
  box.tabIndex = -1;
  const title = box.querySelector("h2, h3, legend, p");
  if (title) box.setAttribute("aria-labelledby", (title.id ||= box.id + "-title"));
  opener(box)?.setAttribute("aria-haspopup", "dialog");
  if (native)
    box.addEventListener("toggle", () => {
      if (box.matches(":popover-open")) box.focus();
    });
  else box.hidden = true;
}
function turn(box, open) {
  box.hidden = !open;
  box.classList.toggle("open", open);
  if (open) box.focus();
  else opener(box)?.focus();
}
document.addEventListener("click", (e) => {
  if (e.ctrlKey || e.metaKey || e.shiftKey) return; // a tab of its own
  const link = e.target.closest?.("[data-dialog], .dialog [data-hide]");
  const box = link && (document.getElementById(link.dataset.dialog) ?? link.closest(".dialog"));
  if (!box) return;
  e.preventDefault();
  e.stopImmediatePropagation(); // it would count as a click beside the dialog
  const show = Boolean(link.dataset.dialog);
  if (!native) turn(box, show);
  else if (show) box.showPopover();
  else {
    box.hidePopover();
    opener(box)?.focus();
  }
});
// A dialog that sends its form makes way for the field that is missing in it.
document.addEventListener(
  "invalid",
  (e) => {
    const box = document.querySelector(native ? ".dialog:popover-open" : ".dialog.open");
    if (!box || box.contains(e.target)) return;
    if (native) box.hidePopover();
    else turn(box, false);
  },
  true,
);
if (!native) {
  document.addEventListener("pointerdown", (e) => {
    // see the menu below
    const open = document.querySelector(".dialog.open");
    if (open && !open.contains(e.target) && !e.target.closest?.("[popovertarget]")) turn(open, false);
  });
  document.addEventListener("click", (e) => {
    const button = e.target.closest?.("[popovertarget]"),
      open = document.querySelector(".dialog.open");
    const box = button && document.getElementById(button.getAttribute("popovertarget"));
    if (open && !open.contains(e.target)) turn(open, false);
    if (box && box !== open) turn(box, button.getAttribute("popovertargetaction") !== "hide");
    else if (box === open && button && open.contains(button)) turn(open, false);
  });
  document.addEventListener("keydown", (e) => {
    const open = document.querySelector(".dialog.open");
    if (open && e.key === "Escape") turn(open, false);
  });
}

// <button data-print> prints the page.
document.addEventListener("click", (e) => {
  if (e.target.closest?.("[data-print]")) print();
});

// The phone's "more" menu closes when something else is touched. Safari on a phone
// tells of a click only where something can be clicked.
document.addEventListener("pointerdown", (e) => {
  for (const d of document.querySelectorAll("details.more[open]")) if (!d.contains(e.target)) d.open = false;
});

// <form data-choice="NAME"> says in data-chosen which of the radio buttons of
// that name is chosen, so that a style can show what belongs to it.
for (const form of document.querySelectorAll("form[data-choice]")) {
  const tell = () => {
    form.dataset.chosen = form.elements[form.dataset.choice]?.value ?? "";
  };
  form.addEventListener("change", tell);
  tell();
}

// The first field that was refused gets the focus; what is wrong with none of them is shown where it is said.
const wrong = document.querySelector("[aria-invalid=true]");
if (wrong) wrong.focus();
else document.querySelector("form > .notice.bad")?.scrollIntoView({ block: "center" });

// What one types as a passphrase can be shown: thumbs on a phone slip.
for (const input of document.querySelectorAll("input[type=password][data-reveal]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "text small reveal";
  button.textContent = input.dataset.reveal;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  });
  input.after(button);
}
