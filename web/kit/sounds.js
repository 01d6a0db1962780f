// Sound that a person keeps in this browser, to hear it without a network: fetched piece by piece, so that a
// cut line costs one piece, and whole only when its bytes are what the server's mark (its ETag) says. It goes when the
// day of its airing is over, and when the plan has it no more: then it stays a line that says so.
//
// One is {id, person, station, made, small, label, until, size, mark, have, whole, gone}: id is the recording, with ":"
// and a station behind it where it is that one's copy, made when the server made the page it was chosen on, until the
// end of the last day on which it airs, have how many bytes are here. Its bytes lie beside it, by where they begin.
//
// Nothing here knows a page or a database: see soundstore.js and keeping.js.

const patience = 60_000; // ms without an answer: the line is dead
const probe = 128 * 1024; // the first piece
const most = 1024 * 1024; // the largest
const brisk = 5000; // ms in which a piece has to come so that the next may be larger
const reserve = 8_000_000; // bytes that stay free for what waits to be sent

// sounds are those of a person. clock is the time as the server tells it; room tells how many bytes the browser
// still gives, null where that is unknown; hash is the SHA-256 of bytes in hex, "" where the browser has none.
export function sounds({ store, fetch, now, clock, hash, room, person, changed = () => {} }) {
  const list = async () => (await store.all()).filter((s) => s.person === person).sort((a, b) => a.until - b.until);
  const tell = async () => changed(await list());

  // sweep ends what is over, and what somebody else has left here.
  async function sweep() {
    const at = await clock();
    for (const s of await store.all()) if (s.person !== person || s.until <= at) await store.remove(s.id);
    await tell();
  }

  // keep notes what is to be kept. Of one recording one size is kept. Where there is no room it throws {free}.
  async function keep({ id, station, made, small, label, until, size }) {
    const free = await room();
    if (free !== null && free < size + reserve)
      throw Object.assign(new Error("full"), { free: Math.max(0, free - reserve) });
    await store.remove(id);
    const none = { mark: "", have: 0, whole: false, gone: false };
    await store.put({ id, person, station, made, small, label, until, size, ...none });
    await tell();
  }

  async function remove(id) {
    await store.remove(id);
    await tell();
  }

  // seen compares what is kept of a station with what a page, made at that time, says it airs: {recording: until}.
  async function seen(station, made, airs) {
    for (const s of await list()) {
      if (s.station !== station || s.gone || s.made > made) continue;
      if (s.id in airs) await store.update({ ...s, until: airs[s.id] });
      else await store.empty({ ...s, gone: true, have: 0, whole: false });
    }
    await tell();
  }

  // piece asks for bytes from a place on: {part, size, mark}, or {state}: "later", "out", "gone", "other" when they
  // have become others. What is not the server's own answer is none.
  async function piece(s, at, length) {
    const dead = new AbortController(),
      timer = setTimeout(() => dead.abort(), patience);
    try {
      const headers = { Range: `bytes=${at}-${at + length - 1}`, ...(s.mark && { "If-Match": s.mark }) };
      const [recording, copy] = s.id.split(":");
      const asked = [...(s.small ? ["small=1"] : []), ...(copy ? ["station=" + copy] : [])].join("&");
      const address = "/api/v1/audio/" + recording + (asked && "?" + asked);
      const answer = await fetch(address, { headers, redirect: "manual", cache: "no-store", signal: dead.signal });
      const mark = answer.headers.get("ETag") ?? "",
        [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "") ?? [];
      if (answer.status === 412 && mark) return { state: "other" };
      if (answer.status === 206 && /^"[0-9a-f]{64}"$/.test(mark) && Number(from) === at) {
        const part = await answer.arrayBuffer();
        return part.byteLength ? { part, size: Number(size), mark } : { state: "later" };
      }
      const { code } = JSON.parse(await answer.text());
      if (code && answer.status === 401) return { state: "out" };
      return { state: code && answer.status === 404 ? "gone" : "later" };
    } catch {
      return { state: "later" };
    } finally {
      clearTimeout(timer);
    }
  }

  // load fetches what is missing of one and returns how it ended: "whole", "damaged", "dropped", or as piece does.
  async function load(id) {
    for (let length = probe; ; ) {
      const s = (await list()).find((one) => one.id === id);
      if (!s || s.gone) return "dropped";
      if (s.whole) return "whole";
      const begun = now(),
        got = await piece(s, s.have, length);
      if (got.state === "gone") await store.empty({ ...s, gone: true, have: 0 });
      else if (got.state === "other") await store.empty({ ...s, mark: "", have: 0 });
      if (got.state) {
        await tell();
        if (got.state === "other") continue;
        return got.state;
      }
      const have = s.have + got.part.byteLength,
        next = { ...s, mark: got.mark, size: got.size, have };
      if (!(await store.add(next, s.have, got.part))) return "dropped"; // taken away meanwhile
      if (have >= got.size) {
        const sum = await hash(await store.content(id));
        if (sum && `"${sum}"` !== got.mark) {
          await store.empty({ ...next, mark: "", have: 0 });
          await tell();
          return "damaged"; // and asked for again when she comes back, not on and on
        }
        await store.update({ ...next, whole: true });
      }
      await tell();
      if (now() - begun < brisk) length = Math.min(most, length * 2);
    }
  }

  return { list, sweep, keep, remove, seen, load, content: store.content };
}
