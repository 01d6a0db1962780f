// While the server is at a book the page is asked for again every second, and loaded anew once it is done.
const look = async () => {
  const part = document.querySelector("[data-busy]");
  if (!part) return;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-busy]");
    if (answer.ok && !now) {
      location.reload();
      return;
    }
    if (answer.ok) part.replaceWith(document.adoptNode(now));
  } catch {
    // no network: the next look finds it
  }
  setTimeout(look, 1000);
};
setTimeout(look, 1000);
