// Photos made small on the phone, and those that stay as they are. Run by TestScriptsWithoutABrowser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scaled } from "../photo.js";

let sees, writes, drawn, open;
globalThis.Image = class {
  async decode() {
    if (!sees) throw new Error("EncodingError");
    [this.naturalWidth, this.naturalHeight] = sees;
  }
};
URL.createObjectURL = () => (open++, "blob:1");
URL.revokeObjectURL = () => open--;
globalThis.document = {
  createElement: () => {
    const canvas = {
      getContext: () => ({
        fillRect: (...at) => drawn.push(["fill", ...at]),
        drawImage: (_, ...at) => drawn.push(["draw", ...at]),
      }),
      toBlob: (done, type, quality) => done(writes && new Blob([new Uint8Array(writes)], { type })),
    };
    return canvas;
  },
};

// photo is a file of that many bytes; size is what is seen in it, null where the browser cannot read it.
function photo(bytes, size, { type = "image/jpeg", name = "IMG 1.HEIC.jpg", smaller = 100_000 } = {}) {
  [sees, writes, drawn, open] = [size, smaller, [], 0];
  return new File([new Uint8Array(bytes)], name, { type, lastModified: 1_700_000_000_000 });
}

test("a large one is a JPEG of 1600 pixels, from when it was taken", async () => {
  const one = await scaled(photo(3_000_000, [4000, 3000]));
  assert.deepEqual(drawn, [["fill", 0, 0, 1600, 1200], ["draw", 0, 0, 1600, 1200]]);
  assert.deepEqual([one.size, one.type, one.name, one.lastModified], [100_000, "image/jpeg", "IMG 1.HEIC.jpg", 1_700_000_000_000]);
  assert.equal(open, 0);
});

test("upright, and wide as a thread", async () => {
  await scaled(photo(3_000_000, [3000, 4000]));
  assert.deepEqual(drawn[1].slice(3), [1200, 1600]);
  await scaled(photo(3_000_000, [8000, 2]));
  assert.deepEqual(drawn[1].slice(3), [1600, 1]);
});

test("one of few pixels is not made larger", async () => {
  await scaled(photo(3_000_000, [800, 600]));
  assert.deepEqual(drawn[1].slice(3), [800, 600]);
});

test("what is small, and what would grow, goes as it is", async () => {
  for (const file of [photo(400_000, [4000, 3000]), photo(500_000, [4000, 3000], { smaller: 500_000 })])
    assert.equal(await scaled(file), file);
});

test("what servers cannot show is made a JPEG, however small, and grown", async () => {
  const one = await scaled(photo(50_000, [640, 480], { type: "image/heic", name: "IMG_2.HEIC" }));
  assert.deepEqual([one.type, one.name, one.size], ["image/jpeg", "IMG_2.jpg", 100_000]);
});

test("what the browser cannot read or write goes as it is, and nothing of it stays in the memory", async () => {
  for (const file of [photo(3_000_000, null), photo(3_000_000, [4000, 3000], { smaller: 0 })]) {
    if (file.size && sees) writes = 0;
    assert.equal(await scaled(file), file);
    assert.equal(open, 0);
  }
});
