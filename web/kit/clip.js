// What is done with the sound of a clip, without a page: how loud it is, which part of it is the
// loudest, and the bytes of a WAV file.

// level is the mean level of samples in dB, 0 for the loudest there can be.
export function level(samples) {
  let sum = 0;
  for (const x of samples) sum += x * x;
  return samples.length && sum ? Math.max(-120, 10 * Math.log10(sum / samples.length)) : -120;
}

// loudest is from which second on so many seconds are the loudest.
export function loudest(samples, rate, seconds) {
  const spare = Math.floor(samples.length / rate - seconds);
  let best = 0,
    most = -Infinity;
  for (let at = 0; at <= spare; at++) {
    const is = level(samples.subarray(at * rate, (at + seconds) * rate));
    if (is > most) [best, most] = [at, is];
  }
  return best;
}

// resampled brings samples to another rate: each new one is the mean of those it takes the place of.
export function resampled(samples, from, to) {
  if (from <= to) return samples;
  const step = from / to;
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const part = samples.subarray(Math.floor(i * step), Math.max(Math.floor(i * step) + 1, Math.floor((i + 1) * step)));
    return part.reduce((sum, x) => sum + x, 0) / part.length;
  });
}

// wav is a mono WAV file of 16 bits.
export function wav(samples, rate) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, word) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((x, i) => view.setInt16(44 + 2 * i, Math.round(32767 * Math.max(-1, Math.min(1, x))), true));
  return view.buffer;
}
