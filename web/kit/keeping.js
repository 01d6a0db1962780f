// Sound kept on the phone, on its pages: what can be kept is offered beside each airing, what is kept plays
// without a network and stands in the list of what this phone holds. See sounds.js.
//
// <p data-sound="RECORDING" data-until="MS" [data-full="BYTES" data-small="BYTES" data-title="WORDS"]> says what
// airs until when, and what of it can be kept; <audio data-of="RECORDING"> plays it, and
// <p data-kept-here="RECORDING" hidden> says so beside it.
import { soundsKept, storage } from "./keep.js";
import { box, clock, fill, host, make } from "./outgoing.js";
import { sounds } from "./sounds.js";
import { soundstore } from "./soundstore.js";

const words = document.querySelector("#keeping").dataset;
const airings = [...document.querySelectorAll("[data-sound]")];
const soon = 5000, // ms until what is missing is asked for again, at first
  late = 300_000; // and at last

const decimals = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
const { lang } = document.documentElement;
const sizeOf = (bytes) =>
  bytes < 1e6 ? Math.round(bytes / 1e3) + " KB" : (bytes / 1e6).toLocaleString(lang, decimals) + " MB";

// hash is the SHA-256 of a Blob in hex, "" where the browser has none (no TLS).
async function hash(blob) {
  if (!crypto.subtle) return "";
  const sum = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// room is how many bytes the browser still gives, null where it does not say.
async function room() {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  return quota === undefined ? null : quota - usage;
}

const kept = await soundstore()
  .then((store) =>
    sounds({
      store,
      fetch: (...a) => fetch(...a),
      now: () => Date.now(),
      clock: async () => box?.clock() ?? Date.now(),
      hash,
      room,
      person: document.body.dataset.person,
      changed: draw,
    }),
  )
  .catch(() => null); // then nothing is offered

let loading = ""; // ID of the one that comes
let waits = null; // the timer
let wait = soon;
// byItself reports whether one may be fetched unasked: the large ones wait for Wi-Fi, or for a press.
const byItself = (s) => s.small || navigator.connection?.type === "wifi";

// go fetches what is missing: all that may come by itself, and the one she asked for.
async function go(asked = "") {
  clearTimeout(waits);
  const mine = { ifAvailable: true }; // null where another window has it
  const alone = (work) => (navigator.locks?.request("loa-sounds", mine, (got) => got && work()) ?? work());
  let left = false;
  for (const { id } of (await kept.list()).filter((s) => !s.whole && !s.gone && (byItself(s) || s.id === asked))) {
    const end = await alone(async () => {
      loading = id;
      draw(await kept.list());
      return kept.load(id);
    }).catch(async () => {
      await kept.remove(id); // the device is full after all
      full(id, 0);
      return "dropped";
    });
    loading = "";
    if (end === null || end === "later" || end === "out") left = true; // another window has it, or nobody answers
    else wait = soon;
    draw(await kept.list());
  }
  if (left) {
    waits = setTimeout(go, wait);
    wait = Math.min(wait * 2, late);
  }
}

const pressed = new Map(); // beside which airing one was asked for: a recording may air often

// full says beside an airing that the device has no room for it.
function full(id, free) {
  const at = pressed.get(id) ?? airings.find((a) => a.dataset.sound === id && a.dataset.full);
  if (!at) return;
  at.parentElement.querySelector("[data-full-device]")?.remove();
  const p = make("p", { className: "notice warn", textContent: fill(words.noRoom, { free: sizeOf(free) }) });
  p.dataset.fullDevice = "";
  p.setAttribute("role", "alert");
  at.after(p);
}

const button = (text, press, of) => {
  const b = make("button", { type: "button", className: "quiet small", textContent: text });
  b.append(make("span", { className: "away", textContent: " " + of }));
  b.addEventListener("click", press);
  return b;
};

// offer is the button that keeps one size of what airs.
function offer(at, small) {
  const { sound: id, until, title: label } = at.dataset,
    size = Number(small ? at.dataset.small : at.dataset.full);
  const text = fill(small ? words.small : words.full, { size: sizeOf(size) });
  return button(
    text,
    async () => {
      pressed.set(id, at);
      at.parentElement.querySelector("[data-full-device]")?.remove();
      try {
        await kept.keep({ id, station: words.station, made: Number(words.made), small, label, until: lasts(id), size });
      } catch ({ free }) {
        return full(id, free ?? 0);
      }
      navigator.storage?.persist?.().catch(() => {});
      go(id);
    },
    label,
  );
}

// airs is until when this page airs each recording.
const lasts = (id) => Math.max(...airings.filter((a) => a.dataset.sound === id).map((a) => Number(a.dataset.until)));
const airs = () => Object.fromEntries(airings.map((a) => [a.dataset.sound, lasts(a.dataset.sound)]));

// stands is what of one is here in words, which tell fills in, and what can be done about it.
function stands(s) {
  const says = make("span", {}),
    drop = button(s.whole ? words.drop : words.stop, () => kept.remove(s.id), s.label);
  says.dataset.here = s.id;
  const more = s.whole || s.id === loading ? [] : [button(words.more, () => go(s.id), s.label)],
    all = listed ? [] : [make("a", { href: "/outbox#sounds", textContent: words.all })];
  return [says, ...more, drop, ...all];
}

function tell(s) {
  const part = Math.floor((100 * s.have) / s.size);
  const coming = s.id === loading ? words.going : byItself(s) ? words.stopped : words.wifi;
  const text = s.whole ? fill(words.kept, { size: sizeOf(s.size) }) : fill(coming, { part });
  for (const says of document.querySelectorAll("[data-here]")) if (says.dataset.here === s.id) says.textContent = text;
}

const gone = make("div", { className: "stack" }),
  listed = document.querySelector("[data-sounds]");
host.after(gone);

// draw says on the page what is kept; what stands as it did is left alone, with the focus in it.
function draw(list) {
  if (list.length) storage.set(soundsKept, true);
  else storage.remove(soundsKept);
  const redraw = (at, state, parts) => {
    if (at.dataset.state === state) return;
    at.dataset.state = state;
    at.replaceChildren(...parts());
    at.hidden = false;
  };
  const stateOf = (s) => [s.id, s.whole, s.id === loading].join();
  for (const at of airings.filter((a) => a.dataset.full)) {
    const s = list.find((one) => one.id === at.dataset.sound && !one.gone);
    if (s) redraw(at, stateOf(s), () => stands(s));
    else
      redraw(at, "none", () => [
        make("span", { className: "soft", textContent: words.lead }),
        ...(at.dataset.small ? [offer(at, true)] : []),
        offer(at, false),
      ]);
  }
  for (const player of document.querySelectorAll("audio[data-of]")) {
    const here = list.some((s) => s.id === player.dataset.of && s.whole);
    if (!here && player.src.startsWith("blob:")) player.src = player.dataset.src;
  }
  for (const says of document.querySelectorAll("[data-kept-here]")) {
    const s = list.find((one) => one.id === says.dataset.keptHere && one.whole);
    says.hidden = !s;
    if (s) says.textContent = fill(words.kept, { size: sizeOf(s.size) });
  }
  const over = list.filter((s) => s.gone);
  redraw(gone, over.map((s) => s.id).join(), () =>
    over.map((s) => {
      const says = make("p", { className: "notice warn row" }, fill(words.gone, { title: s.label }));
      says.setAttribute("role", "alert");
      says.append(button(words.seen, () => kept.remove(s.id), s.label));
      return says;
    }),
  );
  const here = list.filter((s) => !s.gone);
  if (listed) {
    listed.hidden = !here.length;
    redraw(listed.querySelector("ul"), here.map(stateOf).join(), () =>
      here.map((s) => {
        const until = make("small", { textContent: fill(words.until, { at: clock(s.until) }) }),
          what = make("div", { className: "tight" }, s.label, until);
        return make("li", {}, what, make("span", { className: "row" }, ...stands(s)));
      }),
    );
  }
  here.forEach(tell);
}

// What is kept plays from here. It is read when it is played: together it may be more than a phone's memory.
const players = [...document.querySelectorAll("audio[data-of]")];
async function fromHere(player) {
  const s = (await kept?.list())?.find((one) => one.id === player.dataset.of && one.whole);
  if (!s || player.src.startsWith("blob:")) return;
  const playing = !player.paused,
    at = player.currentTime;
  player.dataset.src = player.src;
  player.src = URL.createObjectURL(await kept.content(s.id));
  if (at) player.currentTime = at;
  if (playing) player.play().catch(() => {}); // she has pressed something else meanwhile
}
for (const player of players) player.addEventListener("play", () => fromHere(player));

if (kept) {
  await kept.sweep();
  if (words.station) await kept.seen(words.station, Number(words.made), airs());
  if (players.length === 1) await fromHere(players[0]);
  for (const event of ["online", "focus"])
    addEventListener(event, () => {
      wait = soon;
      if (!loading) go();
    });
  go();
}
