// Records what is being aired, in the browser: the button of record.js opens a recorder below it
// (the part "recorder"), and what is sent goes through the outbox as evidence of a report, or into a field of a form.
//
// The phone is asked to leave the sound as it is, and what it did is sent along. Where there is no
// microphone for the page, its own recorder app brings a file.
import { submit } from "./kit.js";
import { box, fill, go, make } from "./outgoing.js";
import { level, loudest, resampled, wav } from "./clip.js";

const shape = document.querySelector("#recorder");
const words = shape.dataset;
const most = 30, // s of a clip
  piece = 15, // s that are sent of it
  rate = 16000, // Hz of what is listened to here, and of a WAV
  bits = 32000; // bit/s of a clip
const enough = 3000; // ms in which a browser that writes clips has written something
const silence = -55; // dB; airing.Silence
const least = 8; // s that can be heard rightly; match.LeastSeconds
const extensions = { webm: ".webm", mp4: ".m4a", ogg: ".ogg", wav: ".wav" };
const untouched = { noiseSuppression: false, echoCancellation: false, autoGainControl: false };

const seconds = (n) => Math.floor(n / 60) + ":" + String(Math.floor(n % 60)).padStart(2, "0");

// decoded is the sound of a clip, null where the browser cannot read what it wrote.
async function decoded(blob) {
  try {
    const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await blob.arrayBuffer());
    const mixed = new Float32Array(sound.length);
    for (let c = 0; c < sound.numberOfChannels; c++)
      sound.getChannelData(c).forEach((x, i) => (mixed[i] += x / sound.numberOfChannels));
    return mixed;
  } catch {
    return null;
  }
}

// written writes samples as the phone writes a clip; that takes as long as they last.
async function written(samples) {
  const context = new AudioContext(),
    sound = context.createBuffer(1, samples.length, rate),
    player = context.createBufferSource(),
    end = context.createMediaStreamDestination();
  sound.copyToChannel(samples, 0);
  player.buffer = sound;
  player.connect(end);
  try {
    await context.resume();
    return await new Promise((done, failed) => {
      const parts = [],
        recorder = new MediaRecorder(end.stream, { audioBitsPerSecond: bits });
      recorder.ondataavailable = (e) => parts.push(e.data);
      recorder.onerror = (e) => failed(e.error);
      recorder.onstop = () => done(new Blob(parts, { type: recorder.mimeType }));
      player.onended = () => recorder.stop();
      recorder.start();
      player.start();
    });
  } finally {
    context.close();
  }
}

// byPhone writes what a stream brings as the phone writes a clip.
function byPhone(stream) {
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: bits }),
    parts = [];
  const end = new Promise((done) => {
    recorder.ondataavailable = (e) => parts.push(e.data);
    recorder.onstop = () => done({ blob: new Blob(parts, { type: recorder.mimeType }) });
  });
  recorder.start(1000); // a call that comes in ends the track, and what there is stays
  return { end, stop: () => recorder.state === "inactive" || recorder.stop() };
}

// byHand takes the samples themselves, where the browser writes no clips or writes them empty.
function byHand(stream, context, source) {
  const taker = context.createScriptProcessor(4096, 1, 1),
    parts = [];
  let stop;
  taker.onaudioprocess = (e) => parts.push(e.inputBuffer.getChannelData(0).slice());
  source.connect(taker);
  taker.connect(context.destination); // else it is never asked; it brings nothing there
  const end = new Promise((done) => {
    stop = () => {
      const all = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
      parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
      done({ blob: null, sound: resampled(all, context.sampleRate, rate) });
    };
  });
  stream.getAudioTracks()[0].addEventListener("ended", () => stop());
  return { end, stop };
}

let useless = !window.MediaRecorder; // whether the browser writes clips of no use

// listen records until stop is called or the clip is long enough.
async function listen({ heard, tick }) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: untouched });
  const track = stream.getAudioTracks()[0];
  const context = new AudioContext(),
    meter = context.createAnalyser(),
    samples = new Float32Array(meter.fftSize);
  const source = context.createMediaStreamSource(stream);
  source.connect(meter);
  await context.resume();
  const begun = Date.now(),
    { end, stop } = useless ? byHand(stream, context, source) : byPhone(stream);
  const timer = setInterval(() => {
    meter.getFloatTimeDomainData(samples);
    heard(level(samples));
    const passed = (Date.now() - begun) / 1000;
    tick(passed);
    if (passed >= most) stop();
  }, 100);
  const clip = end.then((made) => {
    const ended = Date.now(),
      settings = track.getSettings();
    clearInterval(timer);
    context.close();
    track.stop();
    return { ...made, begun, ended, settings };
  });
  return { stop, clip };
}

// reportOf is the ID of the report that the clip is for: known, or made now by the form beside the button.
async function reportOf(button) {
  if (button.dataset.report) return button.dataset.report;
  const form = button.closest("article").querySelector("form.thumbs"),
    yes = form.querySelector(".yes");
  const { outbox: about, label, then } = form.dataset;
  const item = await box.add({
    id: form.elements.id.value,
    action: new URL(form.action).pathname,
    fields: [...new FormData(form), [yes.name, yes.value]],
    about,
    label: label + " – " + yes.textContent.trim(),
    then,
  });
  return item.id;
}

// send hands a file to the outbox, or to the server where the browser keeps nothing.
async function send(button, file, captured, fields) {
  const report = await reportOf(button);
  if (box) {
    const { name, type } = file,
      label = [button.dataset.label, words.clip].join(" – ");
    const bytes = await file.arrayBuffer();
    await box.addFile({ report, station: button.dataset.station, name, type, bytes, captured, label, fields });
    go();
    return;
  }
  const body = new FormData();
  for (const [name, value] of [...fields, ["captured", captured], ["sent", Date.now()]]) body.append(name, value);
  body.append("file", file);
  const answer = await fetch("/airings/" + report + "/evidence", { method: "POST", body });
  if (!answer.ok) throw new Error(answer.status);
}

// put chooses a file in a field, as if she had.
function put(field, file) {
  const chosen = new DataTransfer();
  chosen.items.add(file);
  field.files = chosen.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// run is one recorder, from the press of its button until it is closed.
export function run(button) {
  const panel = shape.content.firstElementChild.cloneNode(true);
  const part = (name) => panel.querySelector("[data-" + name + "]");
  const [said, meter, stop, review, player] = ["said", "meter", "stop", "review", "player"].map(part);
  const [cut, from, at, all, app] = ["cut", "from", "at", "all", "app"].map(part);
  const say = (text) => (said.textContent = text);
  let going = null, // what records now
    clip = null, // {blob, ended, settings, sound}
    closed = false;

  const whole = () => cut.hidden || all.checked;
  const begins = () => Number(from.value);
  const chosen = () => (whole() ? clip.sound : clip.sound.subarray(begins() * rate, (begins() + piece) * rate));
  const show = () => {
    from.disabled = all.checked;
    at.textContent = fill(words.part, { from: seconds(begins()), until: seconds(begins() + piece) });
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(clip.sound ? new Blob([wav(chosen(), rate)], { type: "audio/wav" }) : clip.blob);
    part("short").hidden = !clip.sound || chosen().length >= least * rate;
    part("silent").hidden = !clip.sound || level(chosen()) > silence;
  };

  function without(why) {
    say(why);
    meter.hidden = stop.hidden = review.hidden = true;
    app.hidden = false;
    busy(false);
  }

  async function judge() {
    clip.sound ??= await decoded(clip.blob);
    if (closed) return;
    meter.hidden = stop.hidden = true;
    review.hidden = false;
    const length = clip.sound ? clip.sound.length / rate : 0;
    say(length ? fill(words.made, { length: seconds(length) }) : words.madeUnknown);
    cut.hidden = length < piece + 1;
    if (!cut.hidden) {
      from.max = Math.floor(length - piece);
      from.value = loudest(clip.sound, rate, piece);
    }
    show();
    busy(false);
    part("send").focus();
  }

  // busy tells that the panel is about to change by itself.
  const busy = (on) => panel.setAttribute("aria-busy", String(on));

  async function record() {
    busy(true);
    review.hidden = app.hidden = meter.hidden = stop.hidden = true; // of the one before
    meter.value = 0;
    say(words.asks);
    try {
      if (!navigator.mediaDevices || !window.AudioContext) return without(words.none);
      going = await listen({
        heard: (db) => (meter.value = Math.max(0, 60 + db)),
        tick: (n) => say(fill(words.going, { length: seconds(n), most: seconds(most) })),
      });
    } catch (e) {
      if (!closed) without(e.name === "NotAllowedError" ? words.refused : words.none);
      return;
    }
    if (closed) return going.stop();
    meter.hidden = stop.hidden = false;
    stop.focus();
    busy(false);
    clip = await going.clip;
    busy(true);
    going = null;
    if (closed) return;
    if (clip.blob && !clip.blob.size && clip.ended - clip.begun > enough) {
      useless = true; // it had time and wrote nothing: once more, by hand
      return record();
    }
    judge();
  }

  // file is what is sent of the clip, and told when its last moment was.
  async function file() {
    const late = whole() ? 0 : clip.sound.length / rate - begins() - piece; // s that it ended before the clip
    let blob = clip.blob;
    if ("wav" in words && clip.sound) blob = null;
    else if (!whole()) blob = await written(chosen()).catch(() => null);
    blob ??= new Blob([wav(chosen(), rate)], { type: "audio/wav" });
    const type = blob.type.split(";")[0];
    const name = words.clip + " " + new Date(clip.ended).toTimeString().slice(0, 5).replace(":", "-");
    const ended = Math.round(clip.ended - 1000 * late);
    return [new File([blob], name + (extensions[type.split("/")[1]] ?? ""), { type }), ended];
  }

  // told is what the phone did with the sound, though it was asked not to.
  function told() {
    const is = (value) => (value === undefined ? "" : value ? "on" : "off");
    const { noiseSuppression, echoCancellation, autoGainControl } = clip.settings;
    return [
      ["recorder", clip.sound ? Math.round(level(chosen())) : ""],
      ["noise", is(noiseSuppression)],
      ["echo", is(echoCancellation)],
      ["gain", is(autoGainControl)],
    ];
  }

  async function give(make) {
    const buttons = [...panel.querySelectorAll("button, input")];
    for (const b of buttons) b.disabled = true;
    say(words.sends);
    try {
      const [one, captured, fields] = await make();
      if (button.dataset.into) {
        put(document.getElementById(button.dataset.into), one);
        return close();
      }
      await send(button, one, captured, fields);
      close(box ? words.kept : words.sent);
      if (!box) location.reload();
    } catch {
      for (const b of buttons) b.disabled = false;
      say(words.stays);
    }
  }

  // What was recorded is meant, also where she sends the form around it at once.
  const form = button.dataset.into && button.form;
  async function sending(e) {
    const sender = e.target.closest("button");
    if (sender?.type !== "submit" || sender.form !== form || app.hidden === false) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (going) stop.click();
    else if (!review.hidden && !part("send").disabled) {
      await give(file);
      if (closed) submit(form, sender);
    }
  }
  if (form) form.addEventListener("click", sending, true);

  function close(last) {
    closed = true;
    if (form) form.removeEventListener("click", sending, true);
    going?.stop();
    URL.revokeObjectURL(player.src);
    panel.replaceWith(...(last ? [make("p", { className: "notice ok", textContent: last })] : []));
    button.hidden = Boolean(last);
    if (!last) button.focus();
  }

  stop.addEventListener("click", () => {
    busy(true);
    going?.stop();
  });
  from.addEventListener("input", show);
  all.addEventListener("change", show);
  part("send").addEventListener("click", () => give(async () => [...(await file()), told()]));
  part("again").addEventListener("click", record);
  part("close").addEventListener("click", () => close());
  app.querySelector("input").addEventListener("change", (e) => {
    const one = e.target.files[0];
    if (one) give(async () => [one, one.lastModified, []]);
  });
  button.hidden = true;
  button.after(panel);
  record();
}
