// What is chosen on a report's page to show of it goes by the outbox where the browser has one: it counts in what
// waits, and leaves by itself. Where it has none kit/uploader.js sends it while the page is open.
import { box, fill, go, make, watch } from "../kit/outgoing.js";
import { scaled } from "../kit/photo.js";

const form = document.querySelector("form[data-evidence]");

// send keeps a file and sends it while she looks on.
async function send(chosen) {
  const { evidence: report, station, label, waits } = form.dataset,
    { limit, large, foreign } = form.querySelector("[data-upload]").dataset;
  const line = form.querySelector("[data-says=evidence]") ?? make("p", {});
  line.dataset.says = "evidence";
  line.setAttribute("role", "status");
  form.prepend(line);
  const say = (text, state = "info") => Object.assign(line, { textContent: text, className: "notice " + state });
  const file = chosen.type.startsWith("image/") ? await scaled(chosen) : chosen;
  if (file.size > Number(limit)) return say(chosen.name + ": " + large, "bad");
  const { name, type } = file,
    bytes = await file.arrayBuffer(),
    about = [label, name].join(" – ");
  const item = await box
    .addFile({ report, station, name, type, bytes, captured: chosen.lastModified, label: about })
    .catch(() => null);
  if (!item) return say(document.querySelector("#outbox-words").dataset.full, "warn");
  watch((list) => {
    const one = list.find((i) => i.id === item.id);
    if (!one) return;
    if (!one.why) return say(fill(waits, { name, part: one.safe ? Math.round((100 * one.safe) / one.size) : 0 }));
    say(name + ": " + (one.status === 415 && !type.startsWith("audio/") ? foreign : one.why), "bad");
    // it is the file: she is here and chooses another; else it is the report, or the room at the server
    if (!one.other && one.status !== 507) box.takeBack(one);
  });
  const { end } = await go({ only: item.id, how: "now" });
  if (end?.state === "sent") location.assign(end.receipt.then); // of what corrected the report meanwhile
}

if (box && form) {
  form.addEventListener(
    "change",
    (e) => {
      const [file] = e.target.files ?? [];
      if (!file?.size) return; // the field says what is wrong
      e.stopImmediatePropagation();
      send(file).finally(() => (e.target.value = ""));
    },
    true,
  );
  form.dataset.takes = "outbox"; // from now on
  addEventListener("outbox-sent", () => document.querySelector("form[data-sent], details[open]") ?? location.reload());
}
