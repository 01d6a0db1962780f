// A waveform to seek on with marks, the keyboard, and the speed, around a plain
// <audio>. How a page shows one stands in player.go.

import { storage } from "./keep.js";

const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");
const half = 12; // CSS pixels, of the width of a mark
const near = 26; // CSS pixels between two marks of one kind; nearer ones would cover each other

function start(box) {
  const audio = box.querySelector("audio"),
    line = box.querySelector("[role=status]");
  const player = { box, audio, wave: null, canvas: box.querySelector("canvas") };
  player.seconds = () =>
    Number.isFinite(audio.duration)
      ? audio.duration
      : player.wave
        ? player.wave.bucket_seconds * player.wave.max.length
        : 0;
  player.to = (s) => {
    audio.currentTime = Math.max(0, Math.min(player.seconds() || s, s)); // the length may not be known yet
    if (audio.readyState) return;
    say(box.dataset.paused); // nothing is loaded before it is played: the place is said and drawn all the same
    audio.dispatchEvent(new Event("timeupdate"));
  };
  // another player may interrupt it; what else went wrong the browser's controls show
  player.play = () => audio.play().catch(() => {});
  player.toggle = () => {
    if (audio.paused) player.play();
    else audio.pause();
  };
  const say = (word) => {
    line.textContent = word + " " + clock(audio.currentTime);
  };
  audio.addEventListener("play", () => {
    say(box.dataset.playing);
    for (const other of document.querySelectorAll("[data-player] audio")) if (other !== audio) other.pause();
  });
  audio.addEventListener("pause", () => say(box.dataset.paused));
  const speed = box.querySelector("[data-speed]"),
    choice = speed.querySelector("select");
  speed.hidden = false;
  const faster = (rate) => {
    audio.playbackRate = Number((choice.value = rate));
  };
  choice.addEventListener("change", () => {
    faster(choice.value);
    storage.set("loa-speed", choice.value);
  });
  const rate = storage.get("loa-speed");
  if ([...choice.options].some((o) => o.value === rate)) faster(rate);
  if (box.dataset.remember) remember(audio, "loa-place:" + box.dataset.remember);
  for (const help of box.querySelectorAll("[data-help]")) help.hidden = false;
  for (const button of document.querySelectorAll("[data-seek][data-play]"))
    if (playerOf(button) === box) button.hidden = false;
  document.addEventListener("click", (e) => {
    const mark = e.target.closest?.("[data-seek]");
    if (!mark || playerOf(mark) !== box) return;
    player.to(Number(mark.dataset.seek));
    if ("play" in mark.dataset) player.play();
  });
  if ("keys" in box.dataset) {
    document.addEventListener("keydown", (e) => {
      if (
        e.defaultPrevented ||
        e.target.closest?.("input, select, textarea, button, audio, a, summary, [contenteditable]")
      )
        return;
      if (["ArrowUp", "ArrowDown", "Home", "End", "Enter"].includes(e.key)) return; // these move the page
      press(player, e);
    });
  }
  if (player.canvas) outline(player);
}

// playerOf is the player a mark goes to: the one it stands in, the one it names,
// or the first on the page.
function playerOf(mark) {
  return (
    mark.closest("[data-player]") ??
    (mark.dataset.of ? document.getElementById(mark.dataset.of) : document.querySelector("audio"))?.closest(
      "[data-player]",
    )
  );
}

// remember goes on where somebody has left off. Who heard all begins anew.
function remember(audio, key) {
  const at = storage.get(key);
  const back = () => {
    if (at && at < audio.duration - 1) audio.currentTime = at;
  };
  if (audio.readyState > 0) back();
  else audio.addEventListener("loadedmetadata", back, { once: true });
  const keep = () => {
    if (audio.currentTime >= 1) storage.set(key, Math.floor(audio.currentTime));
  };
  let last = 0;
  audio.addEventListener("timeupdate", () => {
    if (audio.paused || Math.abs(audio.currentTime - last) < 2) return;
    last = audio.currentTime;
    keep();
  });
  audio.addEventListener("pause", keep);
  audio.addEventListener("ended", () => storage.remove(key));
}

// press does what a key means; arrows move five seconds or half a minute.
function press(player, e) {
  if (e.ctrlKey || e.altKey || e.metaKey) return;
  const step = { ArrowRight: 5, ArrowLeft: -5, ArrowUp: 30, ArrowDown: -30 }[e.key];
  if (step) player.to(player.audio.currentTime + step);
  else if (e.key === "Home") player.to(0);
  else if (e.key === "End") player.to(player.seconds());
  else if (e.key === " " || e.key === "Enter") player.toggle();
  else return;
  e.preventDefault();
}

async function outline(player) {
  const answer = await fetch(player.box.dataset.waveform).catch(() => null);
  if (!answer?.ok) return; // the native player is enough
  const { audio, canvas, box } = player,
    marks = [...box.querySelectorAll(".flags button")].sort((a, b) => a.dataset.from - b.dataset.from);
  player.wave = await answer.json();
  box.querySelector(".wave").hidden = false;
  canvas.addEventListener("click", (e) => player.to((e.offsetX / canvas.clientWidth) * player.seconds()));
  canvas.addEventListener("keydown", (e) => press(player, e));
  const draw = () => paint(player, marks),
    all = () => {
      place(player, marks);
      draw();
    };
  for (const event of ["timeupdate", "seeked", "marks"]) audio.addEventListener(event, draw);
  audio.addEventListener("loadedmetadata", all);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(all).observe(canvas);
}

// place puts the marks over the drawing; of marks of one kind that would cover
// each other the first stands for all.
function place(player, marks) {
  const last = new Map();
  for (const mark of marks) {
    const row = mark.parentElement,
      wide = row.clientWidth,
      x = Math.max(half, Math.min(wide - half, (Number(mark.dataset.from) / (player.seconds() || 1)) * wide));
    mark.hidden = last.has(row) && x - last.get(row) < near;
    if (mark.hidden) continue;
    mark.style.left = x + "px";
    last.set(row, x);
  }
}

function paint(player, marks) {
  const { audio, canvas, wave } = player,
    scale = window.devicePixelRatio || 1,
    seconds = player.seconds();
  const w = (canvas.width = Math.round(canvas.clientWidth * scale)),
    h = (canvas.height = Math.round(canvas.clientHeight * scale));
  const c = canvas.getContext("2d"),
    style = getComputedStyle(canvas),
    n = wave.max.length;
  for (const mark of marks) {
    const from = (Number(mark.dataset.from) / seconds) * w,
      to = (Number(mark.dataset.to) / seconds) * w;
    c.fillStyle = style.getPropertyValue("--" + mark.parentElement.classList[1] + "-weak");
    c.fillRect(from, 0, Math.max(2 * scale, to - from), h);
    c.fillStyle = style.getPropertyValue("--" + mark.parentElement.classList[1]);
    c.fillRect(from, 0, scale, h);
  }
  c.fillStyle = style.getPropertyValue("--sun");
  for (const tick of document.querySelectorAll("[data-tick]"))
    if (playerOf(tick) === player.box) c.fillRect((Number(tick.dataset.seek) / seconds) * w - scale, 0, 2 * scale, h);
  const played = seconds ? audio.currentTime / seconds : 0,
    done = style.getPropertyValue("--cham"),
    ahead = style.getPropertyValue("--edge");
  for (let x = 0; x < w; x++) {
    const from = Math.floor((x / w) * n),
      until = Math.max(from + 1, Math.floor(((x + 1) / w) * n));
    let low = 0,
      high = 0;
    for (let i = from; i < until && i < n; i++) {
      low = Math.min(low, wave.min[i]);
      high = Math.max(high, wave.max[i]);
    }
    c.fillStyle = x / w < played ? done : ahead;
    c.fillRect(x, h / 2 - (high / 65534) * h, 1, Math.max(1, ((high - low) / 65534) * h));
  }
  c.fillStyle = done; // where it is, also when nothing was played yet
  c.fillRect(Math.min(w - 2 * scale, played * w), 0, 2 * scale, h);
  canvas.setAttribute("aria-valuemax", String(Math.round(seconds)));
  canvas.setAttribute("aria-valuenow", String(Math.round(audio.currentTime)));
  canvas.setAttribute(
    "aria-valuetext",
    player.box.dataset.place.replace("{at}", clock(audio.currentTime)).replace("{of}", clock(seconds)),
  );
}

for (const box of document.querySelectorAll("[data-player]")) start(box);
