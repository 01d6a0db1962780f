// Shows the certificate as it is typed: what the server would answer to
// "preview", put in place of the preview on the page.
const form = document.querySelector("form[data-preview]"),
  shown = document.querySelector(form.dataset.preview);
let waiting,
  asked = 0;

async function refresh() {
  const mine = ++asked,
    body = new URLSearchParams(new FormData(form));
  body.set("do", "preview");
  try {
    const page = new DOMParser().parseFromString(
      await (await fetch(location.href, { method: "POST", body })).text(),
      "text/html",
    );
    const next = page.querySelector(form.dataset.preview);
    if (mine === asked && next) shown.replaceChildren(...next.childNodes);
  } catch {
    /* no network: the preview stays as it was, and the button still works */
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 400);
});
