// Notes at moments of the recording: the rows on the page, and the line for a
// new one.

export const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");

const secondsOf = (li) => Number(li.querySelector("[name=note_at]").value);

// notesOn is what the page says of a recording: read gives the notes, and write
// puts others in their place. changed is called when somebody has changed them.
export function notesOn(player, changed) {
  const list = document.querySelector("#notes");
  const read = () =>
    [...(list?.children ?? [])]
      .map((li) => ({ seconds: secondsOf(li), text: li.querySelector("[name=note]").value.trim() }))
      .filter((n) => n.text);

  function put({ seconds, text }) {
    const li = document.querySelector("#note-row")?.content.firstElementChild.cloneNode(true);
    if (!li) return;
    const jump = li.querySelector("[data-seek]");
    jump.dataset.seek = seconds;
    jump.textContent = clock(seconds);
    li.querySelector("[name=note_at]").value = seconds;
    li.querySelector("[name=note]").value = text;
    list.insertBefore(li, [...list.children].find((other) => secondsOf(other) > seconds) ?? null);
    ready(li);
    player.dispatchEvent(new Event("marks"));
  }

  function ready(li) {
    const drop = li.querySelector("[data-drop]");
    drop.hidden = false;
    drop.querySelector(".away").textContent = clock(secondsOf(li));
    drop.addEventListener("click", () => {
      li.remove();
      player.dispatchEvent(new Event("marks"));
      changed();
    });
  }

  // start lets notes be written.
  function start() {
    if (!list) return;
    for (const li of list.children) ready(li);
    list.addEventListener("input", changed);
    list.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && e.target.matches("input")) e.preventDefault();
    });
    newLine(player, (note) => {
      put(note);
      changed();
    });
  }

  function write(notes) {
    if (!list || JSON.stringify(read()) === JSON.stringify(notes)) return;
    list.replaceChildren();
    notes.forEach(put);
  }

  return { read, write, start };
}

// newLine is the line for a new note. It shows where the sound is, until one
// begins to type: the note belongs to that moment.
function newLine(player, put) {
  const at = document.querySelector("#note-at"),
    text = document.querySelector("#note-text"),
    button = document.querySelector("#note-add");
  for (const field of [at, text]) field.removeAttribute("name"); // the script brings it in as a row
  button.hidden = document.querySelector("#note-hint").hidden = false;
  at.readOnly = true;
  const follow = () => {
    if (!text.value) at.value = clock(player.currentTime);
  };
  for (const event of ["timeupdate", "seeked"]) player.addEventListener(event, follow);
  follow();
  const empty = () => {
    text.value = "";
    follow();
  };
  const add = () => {
    if (!text.value.trim()) return text.focus();
    const [m, s] = at.value.split(":").map(Number);
    put({ seconds: m * 60 + s, text: text.value.trim() });
    empty();
  };
  button.addEventListener("click", add);
  text.addEventListener("keydown", (e) => {
    if (e.key === "Enter") {
      e.preventDefault();
      add();
    }
    if (e.key === "Escape") {
      text.blur();
      empty();
    }
  });
  document.addEventListener("keyup", (e) => {
    // up, so that the letter itself is not typed
    if (
      e.key?.toLowerCase() === "g" &&
      !e.ctrlKey &&
      !e.altKey &&
      !e.metaKey &&
      !e.target.closest?.("input, select, textarea")
    )
      text.focus();
  });
}
