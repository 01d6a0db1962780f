// Where the outbox of this browser lies: IndexedDB, as bytes and never as Blobs,
// which older iPhones lose. Opening it fails where the browser forbids it (a
// private window): then nothing is kept, and the page says so beforehand.

const name = "loa-outbox";
const version = 1; // of the tables; the shape of an item is outbox.js's
const opening = 4000; // ms it may take; Safari at times never opens it

// opened opens a database, which make makes where it is new, and returns what does work in one transaction
// of it, and is done when that is on disk.
export async function opened(name, version, make) {
  const db = await new Promise((done, failed) => {
    setTimeout(() => failed(new Error("slow")), opening);
    const ask = indexedDB.open(name, version);
    ask.onupgradeneeded = () => make(ask.result);
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => failed(ask.error);
  });
  db.onversionchange = () => db.close(); // a newer page waits for it
  return (tables, mode, work) =>
    new Promise((done, failed) => {
      const t = db.transaction(tables, mode, { durability: "strict" });
      let value;
      const ask = work(t);
      if (ask) ask.onsuccess = () => (value = ask.result);
      t.oncomplete = () => done(value);
      t.onabort = t.onerror = () => failed(t.error ?? new Error("aborted"));
    });
}

export async function outstore() {
  const within = await opened(name, version, (db) => {
    const made = db.objectStoreNames;
    if (!made.contains("items")) db.createObjectStore("items", { keyPath: "id" });
    if (!made.contains("bytes")) db.createObjectStore("bytes");
    if (!made.contains("notes")) db.createObjectStore("notes");
  });

  const beside = (id) => IDBKeyRange.bound(id, id + "/\uffff");

  return {
    all: () => within(["items"], "readonly", (t) => t.objectStore("items").getAll()),
    // put keeps an item and what lies beside it: pairs of an ID, which begins with the item's, and bytes
    put: (item, contents = []) =>
      within(["items", "bytes"], "readwrite", (t) => {
        for (const [id, bytes] of contents) t.objectStore("bytes").put(bytes, id);
        t.objectStore("items").put(item);
      }),
    // update puts an item that is still there, and reports whether it was
    update: (item) =>
      within(["items"], "readwrite", (t) => {
        const items = t.objectStore("items"),
          ask = items.count(item.id);
        ask.addEventListener("success", () => ask.result && items.put(item));
        return ask;
      }).then(Boolean),
    // removeUntried removes an item that was never sent, and reports whether it did
    removeUntried: (id) => {
      let untried = false;
      return within(["items", "bytes"], "readwrite", (t) => {
        const items = t.objectStore("items"),
          ask = items.get(id);
        ask.onsuccess = () => {
          untried = Boolean(ask.result && !ask.result.tries);
          if (!untried) return;
          t.objectStore("bytes").delete(beside(id));
          items.delete(id);
        };
      }).then(() => untried);
    },
    remove: (id) =>
      within(["items", "bytes"], "readwrite", (t) => {
        t.objectStore("bytes").delete(beside(id));
        t.objectStore("items").delete(id);
      }),
    content: (id) => within(["bytes"], "readonly", (t) => t.objectStore("bytes").get(id)),
    note: (key, value) => within(["notes"], "readwrite", (t) => void t.objectStore("notes").put(value, key)),
    noted: (key) => within(["notes"], "readonly", (t) => t.objectStore("notes").get(key)),
    // alone: of several windows one sends at a time
    alone: (work) => (navigator.locks ? navigator.locks.request(name, work) : work()),
  };
}
