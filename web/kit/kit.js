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
});
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

// <select data-auto> sends its form when changed; the button beside it stays
// for everyone without a script.
document.addEventListener("change", (e) => {
  if (e.target.matches?.("[data-auto]")) e.target.form.requestSubmit();
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
