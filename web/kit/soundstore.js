// Where sound that is kept lies: IndexedDB, apart from the outbox, so that one goes without the other. See sounds.js.

import { opened } from "./outstore.js";
import { soundsName } from "./keep.js";

export async function soundstore() {
  const within = await opened(soundsName, 1, (db) => {
    db.createObjectStore("items", { keyPath: "id" });
    db.createObjectStore("bytes"); // by ID and where they begin
  });
  const of = (id) => IDBKeyRange.bound([id, 0], [id, Infinity]);
  // put puts an item that is still there, does more with it, and reports whether it was.
  const put = (item, more = () => {}) =>
    within(["items", "bytes"], "readwrite", (t) => {
      const items = t.objectStore("items"),
        ask = items.count(item.id);
      ask.addEventListener("success", () => {
        if (!ask.result) return;
        items.put(item);
        more(t.objectStore("bytes"));
      });
      return ask;
    }).then(Boolean);

  return {
    all: () => within(["items"], "readonly", (t) => t.objectStore("items").getAll()),
    put: (item) => within(["items"], "readwrite", (t) => void t.objectStore("items").put(item)),
    update: (item) => put(item),
    add: (item, at, bytes) => put(item, (table) => table.put(bytes, [item.id, at])),
    empty: (item) => put(item, (table) => table.delete(of(item.id))),
    remove: (id) =>
      within(["items", "bytes"], "readwrite", (t) => {
        t.objectStore("bytes").delete(of(id));
        t.objectStore("items").delete(id);
      }),
    // content is all that is here of one, as a Blob
    content: async (id) => {
      const all = await within(["bytes"], "readonly", (t) => t.objectStore("bytes").getAll(of(id)));
      return new Blob(all, { type: "audio/mpeg" });
    },
  };
}
