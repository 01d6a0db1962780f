// A waveform to seek on, the keyboard, and the speed, around a plain <audio>.

for (const box of document.querySelectorAll("[data-player]")) play(box);

async function play(box) {
  const audio = box.querySelector("audio");
  const speed = box.querySelector("select");
  speed?.addEventListener("change", () => { audio.playbackRate = Number(speed.value); });
  for (const mark of document.querySelectorAll("[data-at]")) {
    mark.addEventListener("click", () => { audio.currentTime = Number(mark.dataset.at); });
  }
  const answer = await fetch(box.dataset.waveform).catch(() => null);
  if (!answer?.ok) return; // the native player is enough
  const wave = await answer.json();
  const canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "slider");
  canvas.setAttribute("aria-label", box.dataset.label);
  canvas.setAttribute("aria-valuemin", "0");
  box.prepend(canvas);
  const draw = () => paint(canvas, wave, audio);
  const to = (seconds) => { audio.currentTime = Math.max(0, Math.min(audio.duration || 0, seconds)); };
  canvas.addEventListener("click", (e) => to((e.offsetX / canvas.clientWidth) * (audio.duration || 0)));
  canvas.addEventListener("keydown", (e) => {
    const step = { ArrowRight: 5, ArrowLeft: -5, ArrowUp: 30, ArrowDown: -30 }[e.key];
    if (step) to(audio.currentTime + step);
    else if (e.key === "Home") to(0);
    else if (e.key === "End") to(audio.duration);
    else if (e.key === " " || e.key === "Enter") audio.paused ? audio.play() : audio.pause();
    else return;
    e.preventDefault();
  });
  for (const event of ["timeupdate", "seeked", "loadedmetadata"]) audio.addEventListener(event, draw);
  new ResizeObserver(draw).observe(canvas);
}

function paint(canvas, wave, audio) {
  const scale = window.devicePixelRatio || 1;
  const w = (canvas.width = canvas.clientWidth * scale), h = (canvas.height = canvas.clientHeight * scale);
  const c = canvas.getContext("2d"), style = getComputedStyle(canvas), n = wave.max.length;
  const played = audio.duration ? audio.currentTime / audio.duration : 0;
  for (let x = 0; x < w; x++) {
    const from = Math.floor((x / w) * n), until = Math.max(from + 1, Math.floor(((x + 1) / w) * n));
    let low = 0, high = 0;
    for (let i = from; i < until && i < n; i++) { low = Math.min(low, wave.min[i]); high = Math.max(high, wave.max[i]); }
    c.fillStyle = style.getPropertyValue(x / w < played ? "--cham" : "--edge");
    c.fillRect(x, h / 2 - (high / 65534) * h, 1, Math.max(1, ((high - low) / 65534) * h));
  }
  canvas.setAttribute("aria-valuemax", String(Math.round(audio.duration || 0)));
  canvas.setAttribute("aria-valuenow", String(Math.round(audio.currentTime)));
}
