// A work that waits on this phone is told on its form, with the files that are kept: what is chosen anew takes their
// place, and all of it can be taken back.
import { final } from "../kit/outbox.js";
import { box, clock, fill, make, saidAt, watch } from "../kit/outgoing.js";

const form = document.querySelector("form[data-waits]");

const sizes = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
const sizeOf = (bytes) =>
  bytes < 1e6
    ? Math.ceil(bytes / 1e3) + " KB"
    : (bytes / 1e6).toLocaleString(document.documentElement.lang, sizes) + " MB";

let shown = "";
function tell(list) {
  const { waits, waitsFiles, waitsDrop, waitsGone } = form.dataset,
    item = list.find((i) => i.about === form.dataset.outbox && !i.why && !i.newer),
    state = item ? [item.id, final(item)].join() : "";
  if (state === shown) return;
  shown = state;
  form.querySelector("[data-kept-work]")?.remove();
  if (!item) return;
  const told = make("div", { className: "notice warn stack" }, make("p", {}, fill(waits, { at: clock(saidAt(item)) }))),
    files = (item.parts ?? []).map(({ name, size }) => `${name} (${sizeOf(size)})`).join(", ");
  told.dataset.keptWork = "";
  told.setAttribute("role", "status");
  if (files) told.append(make("p", {}, fill(waitsFiles, { files })));
  if (!final(item)) {
    const drop = make("button", { type: "button", className: "quiet small", textContent: waitsDrop });
    drop.addEventListener("click", async () => {
      await box.takeBack(item);
      const gone = make("p", { className: "notice info", textContent: waitsGone });
      gone.setAttribute("role", "status");
      form.prepend(gone);
    });
    told.append(make("p", {}, drop));
  }
  form.prepend(told);
}

if (box && form) watch(tell);
