// What pages keep in this browser: JSON by key, over reloads, for all its
// windows. Where the browser forbids that it is kept in memory while the page
// is open: better than nothing.

const memory = new Map();
export const storage = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? memory.get(key) ?? null;
    } catch {
      return memory.get(key) ?? null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      memory.set(key, value);
    }
  },
  remove(key) {
    memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      /* nothing is kept there */
    }
  },
  keys(prefix) {
    const its = (k) => k.startsWith(prefix);
    try {
      return Object.keys(localStorage).filter(its);
    } catch {
      return [...memory.keys()].filter(its);
    }
  },
};

export const uuid = () =>
  crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );

// browser is a name of this browser that all its windows share and that tells
// nothing of who uses it.
export function browser() {
  let name = storage.get("loa-browser");
  if (!name) storage.set("loa-browser", (name = uuid()));
  return name;
}

// settles reports whether an answer says that the server holds the change of that ID whole.
// sum is the hash of what was sent, "" where this browser can make none.
export const settles = (answer, id, sum) =>
  answer?.id === id &&
  (sum ? answer.received === sum : /^[0-9a-f]{64}$/.test(answer.received)) &&
  Array.isArray(answer.missing) &&
  answer.missing.length === 0;

export const draftKey = (name) => `loa-draft:${document.body.dataset.person}:${name}`; // see draft.js

export const soundsKept = "loa-known:sounds"; // whether there are any
export const soundsName = "loa-sounds"; // of the database of soundstore.js

// leave forgets what pages keep of a person so that they open without a network,
// or where she left them, and the sound she kept: she logs out. What the server has not heard yet stays,
// under her name.
export function leave() {
  for (const prefix of ["loa-known:", "loa-place:"]) storage.keys(prefix).forEach((key) => storage.remove(key));
  try {
    indexedDB.deleteDatabase(soundsName);
  } catch {
    /* nothing is kept there */
  }
}
