// While a file of books is made the list is asked for again every second, until nothing in it waits.
const look = async () => {
  const list = document.querySelector("[data-books]");
  if (!list) return;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector(`#${CSS.escape(list.firstElementChild.id)}`)?.parentElement;
    if (answer.ok && now) list.replaceWith(document.adoptNode(now));
  } catch {
    // no network: the next look finds it
  }
  setTimeout(look, 1000);
};
setTimeout(look, 1000);
