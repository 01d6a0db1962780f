// The queue of evidence by keyboard: an element with data-key="1" is pressed by that key
// wherever on the page nothing is being typed. One with data-needs="ID" is pressed only when that
// field says something; until then the key leads into the field. Ctrl+Enter in it presses the same one.

const typing = (e) => e.target.closest?.("input, select, textarea, [contenteditable]");
const sends = (field) => document.querySelector(`[data-needs="${field.id}"]`);

// the field is focused when the key is up: its letter would land there
function press(element) {
  const field = element.dataset.needs && document.getElementById(element.dataset.needs);
  if (field && !field.value.trim()) document.addEventListener("keyup", () => field.focus(), { once: true });
  else element.click();
}

// A second press of a key answers nothing of a report that has only just come.
let seen = false;
setTimeout(() => {
  seen = true;
  for (const help of document.querySelectorAll(".keys")) help.hidden = false;
}, 500);

// what cannot be seen is not verified
const shows = (photo) => photo.complete && photo.naturalWidth > 0;
const unseen = () => [...document.querySelectorAll("img.evidence")].some((photo) => !shows(photo));
document.addEventListener("click", (e) => {
  if (e.target.closest?.("button")?.value !== "verified" || !unseen()) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  document.querySelector(".unseen").hidden = false;
}, true);

document.addEventListener("keydown", (e) => {
  if (!seen || e.defaultPrevented || e.altKey || e.metaKey || e.repeat) return;
  const typed = typing(e);
  if (typed && e.key === "Escape") return typed.blur();
  // without a word in it, the page says what is missing
  if (typed && e.key === "Enter" && e.ctrlKey && sends(typed)) return sends(typed).click();
  if (typed || e.ctrlKey) return;
  const element = [...document.querySelectorAll("[data-key]")].find((x) => x.dataset.key === e.key.toLowerCase());
  if (!element) return;
  e.preventDefault();
  press(element);
});
