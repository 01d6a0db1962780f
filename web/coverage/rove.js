// A picture of many marks is one stop of the Tab key: the arrow keys go from mark to mark, as they lie,
// Home and End to the first and the last. Without a script each mark is a stop.
const ways = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

for (const picture of document.querySelectorAll("[data-rove]")) {
  const marks = [...picture.querySelectorAll("a[href], [tabindex]")];
  for (const mark of marks.slice(1)) mark.setAttribute("tabindex", "-1");
  picture.addEventListener("focusin", (e) => {
    const now = e.target.closest("a[href], [tabindex]");
    for (const mark of marks) mark.setAttribute("tabindex", mark === now ? "0" : "-1");
  });
  picture.addEventListener("keydown", (e) => {
    const now = e.target.closest("a[href], [tabindex]");
    const ends = {Home: marks[0], End: marks[marks.length - 1]};
    const next = ends[e.key] || ways[e.key] && nearest(marks, now, ways[e.key]);
    if (!next || e.altKey || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    next.focus();
  });
}

// nearest is the mark that lies next that way: what lies aside counts double.
function nearest(marks, from, [x, y]) {
  const at = middle(from);
  let best, least = Infinity;
  for (const mark of marks) {
    const [dx, dy] = middle(mark).map((v, i) => v - at[i]);
    const ahead = dx * x + dy * y, aside = Math.abs(dx * y) + Math.abs(dy * x);
    if (ahead > 1 && ahead + 2 * aside < least) [best, least] = [mark, ahead + 2 * aside];
  }
  return best;
}

function middle(mark) {
  const box = mark.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}
