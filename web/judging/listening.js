// What was really played of a recording: stretches [from, until] in seconds, at
// any speed, but not what was skipped or played without sound.

// union merges stretches that meet, in their order.
export function union(...lists) {
  const out = [];
  for (const [from, until] of lists.flat().sort((a, b) => a[0] - b[0])) {
    const last = out[out.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], until);
    else out.push([from, until]);
  }
  return out;
}

// percent is how much of a recording the stretches are, rounded down.
export const percent = (stretches, seconds) =>
  seconds > 0
    ? Math.min(
        100,
        Math.floor((100 * stretches.reduce((sum, [from, until]) => sum + until - from, 0)) / seconds + 1e-6),
      )
    : 0;

// listen calls heard with the stretch that is being played, as it grows, and
// with done once it has ended.
export function listen(audio, heard) {
  let from = null,
    until = null;
  const begin = () => {
    from = until = audio.muted || !audio.volume ? null : audio.currentTime;
  };
  const grow = () => {
    if (from === null || audio.seeking) return;
    until = Math.max(until, audio.currentTime);
    if (until > from) heard([from, until], false);
  };
  const end = () => {
    if (from !== null && until > from) heard([from, until], true);
    from = until = null;
  };
  audio.addEventListener("playing", () => {
    if (from === null) begin();
  });
  audio.addEventListener("timeupdate", () => {
    if (from === null && !audio.paused && !audio.seeking) begin();
    grow();
  });
  audio.addEventListener("seeking", end); // what was played up to there; the place is already the new one
  audio.addEventListener("pause", () => {
    grow();
    end();
  });
  audio.addEventListener("ended", end);
  audio.addEventListener("volumechange", () => {
    if (audio.muted || !audio.volume) end();
  });
}
