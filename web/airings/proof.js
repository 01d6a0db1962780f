// A recording and the programme it was found in, in step: a press goes over from the one that is
// heard to the same place of the other.

for (const box of document.querySelectorAll("[data-proof]")) {
  const clip = box.closest("figure")?.querySelector("audio"),
    programme = box.querySelector("audio.programme"),
    turn = box.querySelector("[data-turn]");
  if (!clip || !programme || clip === programme) continue;
  const start = Number(box.dataset.start),
    pace = 1 + Number(box.dataset.drift),
    said = box.querySelector("[role=status]");
  turn.parentElement.hidden = false;
  const hear = (one, other, at, word) => {
    other.pause();
    one.currentTime = Math.max(0, at);
    one.play().catch(() => {}); // the browser's controls show what went wrong
    said.textContent = word;
  };
  turn.addEventListener("click", () => {
    if (programme.paused) hear(programme, clip, start + pace * clip.currentTime, said.dataset.programme);
    else hear(clip, programme, (programme.currentTime - start) / pace, said.dataset.clip);
  });
  for (const one of [clip, programme])
    one.addEventListener("play", () => (one === clip ? programme : clip).pause());
}
