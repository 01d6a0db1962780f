// What a judge does on her sheets leaves by here. Everything is written down in
// this browser first and then sent; without a network it waits, also over a
// reload, and goes out from whichever judging page is open next.
//
// Of each sheet two things are kept, by judge (a device may be shared) and by its
// address. known is what the server is known to hold: {version, content, heard,
// signed, at}. waiting is what it has not heard yet:
//   edits    the fields changed since, with their last values, and when: at
//   sending  {change, base, content, edits}: a version on its way
//   spans    stretches of the recording that were heard; hearing those on their way
//   sign     {change, base}: the judge has signed
// A lost answer is asked for again under the same change, so that the server never
// takes a judge for two. Two windows share both: each writes only the fields
// somebody changed in it, never a whole sheet it once saw. Browsers tell one
// window late what another has written, so that the time of a change decides which
// of two is the last, and not who writes it down last.
import { browser, storage, uuid } from "../kit/keep.js";
import { union } from "./listening.js";

export const again = 5000; // ms until what waits is tried again

// What the server says when another version than hers is the last: the sheet was
// changed elsewhere, or the server has lost what it had, as after a restore.
const moved = ["contest.sheet_elsewhere", "contest.sheet_ahead"];

const waitingPrefix = (owner) => `loa-sheet:${owner} `;

// merge is content with some fields changed.
export function merge(content, edits) {
  return edits
    ? {
        marks: { ...content.marks, ...edits.marks },
        comment: edits.comment ?? content.comment,
        notes: edits.notes ?? content.notes,
      }
    : content;
}

// A field is "comment", "notes", or the ID of a criterion after "mark.".
export const get = (edits, field) => (field.startsWith("mark.") ? edits?.marks?.[field.slice(5)] : edits?.[field]);
const when = (edits, field) => edits?.at?.[field] ?? 0;
const later = (a, b) =>
  Object.fromEntries([...Object.entries(a ?? {}), ...Object.entries(b ?? {})].sort((x, y) => x[1] - y[1]));

function put(edits, field, value, at) {
  if (field.startsWith("mark.")) edits.marks[field.slice(5)] = value;
  else edits[field] = value;
  edits.at[field] = at;
}

// both is the last value of each field of some edits, but for those that at says
// were changed later.
export function both(list, at) {
  const out = { marks: {}, at: {} };
  for (const edits of list) {
    for (const field of Object.keys(edits?.at ?? {})) {
      const time = when(edits, field);
      if (time > (at?.[field] ?? 0) && time >= when(out, field)) put(out, field, get(edits, field), time);
    }
  }
  return out;
}

const none = (edits) => !Object.keys(edits?.at ?? {}).length;
const empty = (w) => none(w.edits) && !w.sending && !w.spans?.length && !w.hearing && !w.sign;

// contentOf is content as the server tells it, in the shape of this file, and
// spansOf what was heard.
export const contentOf = (task) => ({ marks: task.marks ?? {}, comment: task.comment ?? "", notes: task.notes ?? [] });
export const spansOf = (task) => (task.heard ?? []).map((s) => [s.from, s.until]);

// editsOf makes edits of a whole content, as of long ago.
function editsOf(task) {
  const { marks, comment, notes } = contentOf(task),
    out = { marks: {}, at: {} };
  for (const [id, mark] of Object.entries(marks)) put(out, "mark." + id, mark, 1);
  put(out, "comment", comment, 1);
  put(out, "notes", notes, 1);
  return out;
}

// leftBy lists the addresses of the sheets of which something waits.
export const leftBy = (owner) =>
  storage.keys(waitingPrefix(owner)).map((key) => key.slice(waitingPrefix(owner).length));

export function outbox(owner, address) {
  const keys = { waiting: waitingPrefix(owner) + address, known: `loa-known:${owner} ${address}` };
  const waiting = () => {
    const w = storage.get(keys.waiting);
    // as it was kept before there were fields
    return w && "latest" in w ? { edits: editsOf(w.latest ?? w.sending) } : w;
  };
  let best = null; // what this window knew last: another may know less, and write that down
  const known = () => {
    const now = storage.get(keys.known);
    if (now && (!best || now.version >= best.version)) best = now;
    return best;
  };

  // write changes what waits; nothing is kept of nothing.
  function write(change) {
    const w = waiting() ?? {};
    change(w);
    if (empty(w)) storage.remove(keys.waiting);
    else storage.set(keys.waiting, w);
  }

  // learn notes what the server holds, unless something newer is known.
  function learn({ version, content, heard, signed, at, reopened }) {
    const before = known(),
      newer = !before || version >= before.version;
    storage.set(keys.known, {
      version: newer ? version : before.version,
      content: newer ? content : before.content,
      heard: union(before?.heard ?? [], heard ?? []),
      signed: newer ? (signed ?? false) : before.signed,
      at: later(before?.at, at),
      reopened: reopened ?? before?.reopened ?? "", // why it was, when it was looked at
      unsigned: before?.unsigned ?? false,
    });
  }

  // unsign notes, over a reload too, whether a change took her signature back.
  function unsign(unsigned) {
    const now = known();
    if (now && Boolean(now.unsigned) !== unsigned) storage.set(keys.known, { ...now, unsigned });
  }

  async function ask(method, path, body) {
    try {
      const answer = await fetch(address + path, {
        method,
        headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
        body: body && JSON.stringify(body),
      });
      const said = await answer.json();
      if (answer.ok) return { said };
      // Only a refusal of ours has a code: not a captive portal's page.
      return said.code && answer.status < 500 && answer.status !== 429 && answer.status !== 408
        ? { refused: said }
        : {};
    } catch {
      return {};
    }
  }

  // look asks the server for the sheet as it is, or returns nothing.
  async function look() {
    const { said } = await ask("GET", "");
    return Number.isInteger(said?.version) ? said : null;
  }

  // send sends what waits until nothing does. It returns "sent", "signed",
  // "later" when network or server is not there, "refused" with the server's
  // answer, or "elsewhere" with the sheet as another device has left it; in the
  // last three nothing is lost here.
  async function send() {
    let early = false; // the server does not believe yet that so much was heard
    for (;;) {
      const w = waiting();
      if (!w) return { state: "sent" };
      if (!known()) {
        // she has logged out since, which forgets what is known
        const now = await look();
        if (!now) return { state: "later" };
        learn({ version: now.version, content: contentOf(now), heard: spansOf(now) });
        continue; // more may wait by now
      }
      if (w.sending || !none(w.edits)) {
        const end = await sendMarks(w);
        if (end) return end;
      } else if (!early && (w.hearing || w.spans?.length)) {
        const end = await sendHeard(w);
        if (end === "early") early = true;
        else if (end) return end;
      } else if (w.sign) {
        return sendSignature(w);
      } else {
        if (!early) write(() => {});
        return { state: "sent" };
      }
    }
  }

  async function sendMarks(w) {
    if (!w.sending) {
      const { version: base, content, at } = known(),
        edits = both([w.edits], at);
      if (none(edits)) {
        // another window had them sent already
        write((x) => {
          x.edits = both([x.edits], at);
        });
        return null;
      }
      w.sending = { change: uuid(), base, content: merge(content, edits), edits };
      storage.set(keys.waiting, { ...w, edits: undefined });
    }
    const { change, base, content, edits } = w.sending;
    const { said, refused } = await ask("PUT", "", { change, base, ...content, browser: browser() });
    const settled = (x) => {
      if (x.sending?.change === change) x.sending = null;
    }; // else another window has gone on with it
    if (Number.isInteger(said?.version)) {
      learn({ version: said.version, content, at: edits.at });
      write(settled);
      return null;
    }
    if (!refused) return { state: "later" };
    const anew = (x) => {
      if (x.sending?.change === change) {
        x.edits = both([edits, x.edits], known().at);
        x.sending = null;
      }
    };
    if (!moved.includes(refused.code)) {
      // nothing was written: what she mends goes out with it under another change
      write((x) => {
        anew(x);
        x.sign = null;
      });
      return { state: "refused", body: refused };
    }
    const now = await look();
    if (!now) return { state: "later" };
    if (now.writer.browser !== browser()) return { state: "elsewhere", now, again: () => write(anew) };
    learn({ version: now.version, content: contentOf(now), heard: spansOf(now) }); // another window of this browser
    write(anew);
    return null;
  }

  async function sendHeard(w) {
    if (!w.hearing) {
      w.hearing = { change: uuid(), spans: w.spans };
      storage.set(keys.waiting, { ...w, spans: [] });
    }
    const { change, spans } = w.hearing;
    const { said, refused } = await ask("POST", "/heard", {
      change,
      spans: spans.map(([from, until]) => ({ from, until })),
    });
    if (!Number.isInteger(said?.percent) && !refused) return { state: "later" };
    if (refused?.status === 401) return { state: "refused", body: refused };
    if (said) learn({ ...known(), heard: spans });
    const early = refused?.code === "contest.heard_too_fast";
    write((x) => {
      if (x.hearing?.change !== change) return;
      x.hearing = null;
      if (early) x.spans = union(spans, x.spans ?? []);
    });
    return early ? "early" : null; // what the server will never take is dropped
  }

  async function sendSignature(w) {
    const { version, content } = known();
    w.sign.base ??= version;
    write((x) => {
      if (x.sign) x.sign.base = w.sign.base;
    });
    const { said, refused } = await ask("POST", "/sign", w.sign);
    if (Number.isInteger(said?.version) || refused?.code === "contest.sheet_signed") {
      learn({ version, content, signed: true });
      storage.remove(keys.waiting);
      return { state: "signed" };
    }
    if (!refused) return { state: "later" };
    if (refused.status !== 401)
      write((x) => {
        x.sign = null;
      });
    if (moved.includes(refused.code)) {
      const now = await look();
      if (now && now.writer.browser !== browser()) return { state: "elsewhere", now, again: () => {} };
      if (now) learn({ version: now.version, content: contentOf(now), heard: spansOf(now) });
      return { state: "changed" };
    }
    return { state: "refused", body: refused };
  }

  return { keys, waiting, known, write, learn, unsign, send, look };
}
