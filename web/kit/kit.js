// What only a script can add to every page. Everything here has a plain HTML
// way that works without it.

// A form is sent once: a second tap on a slow link does nothing.
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (e.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) {
    e.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  e.submitter?.setAttribute("aria-busy", "true");
  if (form.dataset.waiting) {
    e.preventDefault();
    insist(form, e.submitter);
  }
});

// <form data-waiting="SENTENCE" data-then="PAGE"> is sent again until the
// server has it: networks and power come and go, and the ID in the form makes
// every repeat the same change.
async function insist(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.append(button.name, button.value);
  for (;;) {
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type === "opaqueredirect") return location.assign(form.dataset.then);
      if (![502, 503, 504].includes(answer.status)) break;
    } catch { /* nobody answered */ }
    if (!form.querySelector("[data-says]")) {
      const note = document.createElement("p");
      note.className = "notice warn";
      note.role = "alert";
      note.dataset.says = "";
      note.textContent = form.dataset.waiting;
      form.prepend(note);
    }
    await new Promise((go) => { setTimeout(go, 5000); addEventListener("online", go, { once: true }); });
  }
  if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
  form.submit(); // the server's page says what is wrong
}
// Back from the cache of the browser: the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// fold strips tone marks, so that "nam chay" finds "Nậm Chảy".
export const fold = (s) =>
  s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().trim();

// <input data-filter="#list"> hides the rows of a long list that do not match.
for (const input of document.querySelectorAll("input[data-filter]")) {
  const list = document.querySelector(input.dataset.filter);
  const rows = list ? [...list.children].map((el) => [el, fold(el.textContent)]) : [];
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/);
    for (const [el, text] of rows) el.hidden = !words.every((w) => text.includes(w));
  });
}

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

// <button data-print> prints the page.
document.addEventListener("click", (e) => {
  if (e.target.closest?.("[data-print]")) print();
});

// The phone's "more" menu closes when something else is touched.
document.addEventListener("click", (e) => {
  for (const d of document.querySelectorAll("details.more[open]")) if (!d.contains(e.target)) d.open = false;
});

// The first field that was refused gets the focus.
document.querySelector("[aria-invalid=true]")?.focus();

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

// A form that takes a recording gets the resumable uploader.
if (document.querySelector("[data-upload]")) import("./uploader.js");
