// Sends a form's file piece by piece (tus 1.0) and goes on where it was cut:
// after a lost line, a reload, a dead battery or days. What is under way is
// kept in IndexedDB, the file included where the browser allows it; else
// choosing the same file again goes on with it.
//
// A form takes part by data-upload; see CONTRIBUTING.md. Without this script it
// is a plain form.

const root = "/api/v1/uploads", version = { "Tus-Resumable": "1.0.0" };
const probe = 64 * 1024; // the first piece: what is no audio is refused after it
const piece = 4 * 1024 * 1024;

const opened = new Promise((done, failed) => {
  const ask = indexedDB.open("loa-uploads", 1);
  ask.onupgradeneeded = () => ask.result.createObjectStore("uploads");
  ask.onsuccess = () => done(ask.result);
  ask.onerror = () => failed(ask.error);
});
const table = (mode, work) => opened.then((db) => new Promise((done, failed) => {
  const ask = work(db.transaction("uploads", mode).objectStore("uploads"));
  ask.onsuccess = () => done(ask.result);
  ask.onerror = () => failed(ask.error);
})).catch(() => undefined); // a private window has no memory: sending still works
const keyOf = (form, file) => [form.dataset.kind || "programme", file.name, file.size, file.lastModified].join("|");

for (const form of document.querySelectorAll("form[data-upload]")) start(form);

async function start(form) {
  const input = form.querySelector("input[type=file]");
  form.addEventListener("submit", (e) => {
    const file = input.files[0];
    if (!file || form.dataset.done) return;
    e.preventDefault();
    send(form, file);
  });
  const left = await table("readonly", (t) => t.getAll());
  const mine = (left || []).find((u) => u.form === form.dataset.next && u.file);
  if (mine) send(form, mine.file);
}

async function send(form, file) {
  const box = form.querySelector("[data-state]"), bar = box.querySelector("progress"), line = box.querySelector("[role=status]");
  const button = form.querySelector("button"), say = (text) => { line.textContent = text; };
  box.hidden = false;
  if (file.size > Number(form.dataset.limit)) return say(form.dataset.large);
  button.disabled = true;
  const key = keyOf(form, file), since = Date.now();
  let sent = 0, first = null;
  const shown = (offset) => {
    if (first === null) first = offset;
    sent = offset;
    bar.value = file.size ? offset / file.size : 1;
    const rate = (offset - first) / Math.max(0.001, (Date.now() - since) / 1000);
    say(form.dataset.sending.replace("{sent}", size(offset)).replace("{all}", size(file.size)).replace("{rate}", size(rate))
      .replace("{left}", rate > 0 ? clock((file.size - offset) / rate) : "…"));
  };
  for (let wait = 1; ; wait = Math.min(wait * 2, 60)) {
    try {
      const recording = await attempt(form, file, key, shown, () => { wait = 1; }, () => say(form.dataset.checking));
      await table("readwrite", (t) => t.delete(key));
      form.dataset.done = "1";
      const field = form.querySelector("input[name=audio]");
      if (field) { field.value = recording; form.dispatchEvent(new CustomEvent("loa-uploaded", { bubbles: true, detail: recording })); button.disabled = false; return say(""); }
      location.assign(form.dataset.next + recording);
      return;
    } catch (problem) {
      if (problem.final) {
        await table("readwrite", (t) => t.delete(key));
        button.disabled = false;
        return say(problem.message);
      }
      say(form.dataset.waiting.replace("{sent}", size(sent)).replace("{seconds}", wait));
      await Promise.race([new Promise((done) => setTimeout(done, wait * 1000)), new Promise((done) => addEventListener("online", done, { once: true }))]);
    }
  }
}

// attempt sends until the file is kept, and returns the recording's ID.
async function attempt(form, file, key, shown, progress, checking) {
  const known = await table("readonly", (t) => t.get(key));
  let url = known?.url, at = 0;
  if (url) {
    const head = await fetch(url, { method: "HEAD", headers: version });
    if (head.ok) at = Number(head.headers.get("Upload-Offset"));
    else if (head.status === 404 || head.status === 410) url = null;
    else await fail(await fetch(url));
    if (head.headers.get("Loa-Recording")) return head.headers.get("Loa-Recording");
  }
  if (!url) {
    const meta = { filename: file.name, kind: form.dataset.kind || "programme" };
    if (form.dataset.station) meta.station = form.dataset.station;
    const made = await fetch(root, { method: "POST", headers: { ...version, "Upload-Length": String(file.size), "Upload-Metadata": Object.entries(meta).map(([k, v]) => k + " " + base64(v)).join(",") } });
    if (!made.ok) await fail(made);
    url = made.headers.get("Location");
    await table("readwrite", (t) => t.put({ url, form: form.dataset.next, file }, key)) ?? await table("readwrite", (t) => t.put({ url, form: form.dataset.next }, key));
  }
  shown(at);
  while (at < file.size) {
    const next = await patch(url, at, file.slice(at, at + (at === 0 ? probe : piece)), shown);
    at = next.at;
    progress();
    if (next.recording) return next.recording;
  }
  for (;;) {
    checking();
    const state = await fetch(url);
    if (!state.ok) await fail(state);
    const told = await state.json();
    if (told.recording) return told.recording;
    await new Promise((done) => setTimeout(done, 2000));
  }
}

// patch sends one piece; XMLHttpRequest alone tells how much of it has gone.
function patch(url, at, body, shown) {
  return new Promise((done, failed) => {
    const x = new XMLHttpRequest();
    x.open("PATCH", url);
    for (const [name, value] of Object.entries({ ...version, "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" })) x.setRequestHeader(name, value);
    x.upload.onprogress = (e) => shown(at + e.loaded);
    x.onerror = () => failed(new Error("line"));
    x.onload = () => x.status === 204 && x.getResponseHeader("Tus-Resumable")
      ? done({ at: Number(x.getResponseHeader("Upload-Offset")), recording: x.getResponseHeader("Loa-Recording") })
      : failed(verdict(x.status, x.responseText));
    x.send(body);
  });
}

async function fail(answer) { throw verdict(answer.status, await answer.text()); }

// verdict tells a refusal, which is final, from what will pass. An answer that
// is no problem of ours (a captive portal's page) always passes.
function verdict(status, text) {
  let problem = {};
  try { problem = JSON.parse(text); } catch { /* not ours */ }
  const e = new Error(problem.detail || "line");
  e.final = Boolean(problem.detail) && status >= 400 && status < 500 && ![401, 404, 408, 409, 410, 423, 429].includes(status);
  return e;
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const size = (n) => n >= 1e6 ? (n / 1e6).toFixed(1).replace(".", ",") + " MB" : Math.round(n / 1e3) + " KB";
const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");
