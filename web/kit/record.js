// Offers to record what is being aired: a button with data-record opens the recorder, which comes when it is
// pressed. data-report is the ID of the report that the recording is of; a button without one stands beside the
// form that makes the report. data-into is the ID of a file field that takes the recording instead. data-ask is when
// the server asks for a recording, in ms by its clock.
import { box, make } from "./outgoing.js";

const words = document.querySelector("#recorder")?.dataset;
const prompt = 180_000; // ms; airing.Prompt

async function open(button) {
  button.nextElementSibling?.matches("[data-no-recorder]") && button.nextElementSibling.remove();
  try {
    const { run } = await import("./recorder.js");
    run(button);
  } catch {
    const note = make("p", { className: "notice warn", textContent: words.away });
    note.setAttribute("role", "alert");
    note.dataset.noRecorder = "";
    button.after(note);
  }
}

// offer makes a button open a recorder, and tells when the server asks for a recording.
export async function offer(button) {
  if (!words || (!box && !button.dataset.report && !button.dataset.into)) return;
  button.hidden = false;
  button.addEventListener("click", () => open(button));
  const ask = Number(button.dataset.ask);
  if (!ask || !box) return;
  const note = make("p", { className: "notice warn strong", textContent: words.ask });
  note.setAttribute("role", "alert");
  const wait = ask - (await box.clock());
  if (wait + prompt < 0) return;
  setTimeout(() => button.isConnected && !button.hidden && button.before(note), Math.max(0, wait));
  setTimeout(() => note.remove(), wait + prompt);
}

for (const button of document.querySelectorAll("[data-record]")) offer(button);
