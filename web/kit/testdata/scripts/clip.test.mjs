// The sound of a clip. Run by TestScriptsWithoutABrowser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { level, loudest, wav, resampled } from "../clip.js";

const tone = (seconds, rate, height) =>
  Float32Array.from({ length: seconds * rate }, (_, i) => height * Math.sin((2 * Math.PI * 440 * i) / rate));

test("the level is the mean power", () => {
  assert.equal(Math.round(level(tone(1, 8000, 1))), -3);
  assert.equal(Math.round(level(tone(1, 8000, 0.01))), -43);
  assert.equal(level(new Float32Array(100)), -120);
  assert.equal(level(new Float32Array(0)), -120);
});

test("the loudest part is found, and the first of a clip that has no longer one", () => {
  const rate = 1000,
    samples = new Float32Array(30 * rate);
  samples.set(tone(15, rate, 0.5), 9 * rate);
  assert.equal(loudest(samples, rate, 15), 9);
  assert.equal(loudest(samples.subarray(0, 15 * rate), rate, 15), 0);
  assert.equal(loudest(samples.subarray(0, 3 * rate), rate, 15), 0);
});

test("a WAV says its length and holds what is too loud at its limit", () => {
  const view = new DataView(wav(Float32Array.of(0, 2, -2, 0.5), 16000));
  const text = (at, n) => String.fromCharCode(...new Uint8Array(view.buffer, at, n));
  assert.equal(text(0, 4) + text(8, 8) + text(36, 4), "RIFFWAVEfmt data");
  assert.equal(view.getUint32(4, true), view.byteLength - 8);
  assert.equal(view.getUint32(24, true), 16000);
  assert.equal(view.getUint32(40, true), 8);
  assert.deepEqual([0, 1, 2, 3].map((i) => view.getInt16(44 + 2 * i, true)), [0, 32767, -32767, 16384]);
});

test("samples of another rate keep their length in time and their level", () => {
  const sine = (rate) => Float32Array.from({ length: rate }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / rate) / 2);
  for (const from of [48000, 44100, 22050, 16000]) {
    const made = resampled(sine(from), from, 16000);
    assert.ok(Math.abs(made.length - 16000) <= 1, from + ": " + made.length);
    assert.ok(Math.abs(level(made) - level(sine(16000))) < 0.2, from + ": " + level(made));
  }
  const low = new Float32Array(800);
  assert.equal(resampled(low, 8000, 16000), low, "what has less stays as it is");
  assert.equal(resampled(new Float32Array(0), 48000, 16000).length, 0);
});
