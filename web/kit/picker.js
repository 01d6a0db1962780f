// fold strips tone marks, so that "nam chay" finds "Nậm Chảy".
const fold = (s) =>
  s
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .trim();

// <input data-filter="#list"> hides the boxes of a picker that do not match by their
// text or their heading, and headings over nothing.
for (const input of document.querySelectorAll("input[data-filter]")) {
  const list = document.querySelector(input.dataset.filter);
  const groups = [...list.children].map((group) => {
    const heading = fold(group.getAttribute("aria-label") ?? "");
    return [group, [...group.querySelectorAll("label")].map((el) => [el, `${fold(el.textContent)} ${heading}`])];
  });
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/);
    for (const [group, rows] of groups) {
      for (const [el, text] of rows) el.hidden = !words.every((w) => text.includes(w));
      group.hidden = rows.every(([el]) => el.hidden);
    }
  });
}
