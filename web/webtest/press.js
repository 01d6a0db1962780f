// What a test asks of a page to press its buttons; see press.go.
window.press ??= (() => {
  const all = () => [...document.querySelectorAll("button, input[type=submit], a[data-dialog]")];
  const hidden = (b) => b.matches("[aria-hidden=true]");
  const box = (b) => b.closest("[popover]");
  const sends = (b) => b.type === "submit" && b.form;
  const folder = (b) => b.closest(".filters")?.querySelector(".folder:not(:checked)"); // what a narrow screen folds
  const seen = (b) => {
    const shut = [];
    for (let e = b; e; e = e.parentElement) {
      if (e.matches("details:not([open])")) {
        e.open = true;
        shut.push(e);
      }
    }
    const fold = folder(b);
    if (fold) fold.checked = true;
    const pop = box(b),
      close = pop && !pop.matches(":popover-open");
    if (close) pop.showPopover();
    const yes = b.getClientRects().length > 0 && getComputedStyle(b).visibility === "visible" && !b.disabled;
    if (close) pop.hidePopover();
    for (const e of shut) e.open = false;
    if (fold) fold.checked = false;
    return yes;
  };
  // ready waits for the scripts of the page, those that take buttons away too.
  const ready = async () => {
    for (const script of document.querySelectorAll("script[type=module]")) await import(script.src);
    const later = "contact" in document.body.dataset ? document.querySelectorAll("link[rel=later]") : [];
    for (const link of later) await import(link.href);
    while (document.querySelector(".recorder[aria-busy=true]")) await new Promise((done) => setTimeout(done, 20));
    for (let i = 0; document.querySelector("[data-upload]") && i < 100; i++) {
      const uploader = performance.getEntriesByType("resource").find((r) => r.name.includes("/uploader"));
      if (uploader) return void (await import(uploader.name));
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  // A script may add a button after they were listed: their numbers stay.
  let listed = [];
  const list = () =>
    (listed = all())
      .map((b, n) => [b, n])
      .filter(([b]) => seen(b))
      .map(([b, n]) => ({
        N: n,
        At: b.dataset.at ?? "",
        Name: b.name ?? "",
        Value: b.dataset.dialog ?? b.value ?? "",
        Said: b.textContent.trim().replace(/\s+/g, " ") || b.getAttribute("aria-label") || "",
        Class: b.className,
        To: sends(b) ? new URL(b.hasAttribute("formaction") ? b.formAction : b.form.action).pathname : "",
        Hidden: hidden(b),
      }));

  const day = document.body.dataset.today ?? "2025-05-14";
  const usual = {
    email: "thu@example.vn",
    date: day,
    "datetime-local": day + "T17:00",
    time: "17:00",
    month: day.slice(0, 7),
    url: "https://example.vn/",
    tel: "0912345678",
    color: "#aa0000",
  };
  const set = (e, value) => {
    e.value = value;
    for (const kind of ["input", "change"]) e.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  // fill gives the form of a button what it lacks, and returns where files are wanted.
  const fill = (n, given) => {
    const b = listed[n],
      files = [],
      values = given ?? {};
    const around = b?.form ?? b?.closest("fieldset, .note-new");
    if (!around) return files;
    for (const e of b.form?.elements ?? around.querySelectorAll("input, select, textarea")) {
      if (e.disabled || e.readOnly || e.type === "hidden" || e.matches("button, fieldset, output")) continue;
      const name = e.name || e.id,
        typed = values[name] ?? values[name.replace(/\..*/, ".*")];
      if (e.type === "radio") {
        const group = [...around.querySelectorAll("input")].filter((o) => o.name === e.name);
        if (typed !== undefined ? e.value === typed && !e.checked : !group.some((o) => o.checked)) e.click();
      } else if (e.type === "checkbox") {
        if (e.checked ? typed === "" : e.required || typed === e.value) e.click();
      } else if (e.type === "file") {
        if ((!e.required && typed === undefined) || e.files.length) continue;
        e.dataset.file = files.length;
        files.push({ Sel: `[data-file="${files.length}"]`, Accept: e.accept });
      } else if (e.matches("select")) {
        if ([...e.options].some((o) => o.value === typed)) set(e, typed);
        else if ((typed === "*" || e.required) && !e.value) set(e, [...e.options].find((o) => o.value)?.value ?? "");
      } else if (typed !== undefined) set(e, typed);
      else if (values.numeric && !e.value && e.inputMode === "numeric") set(e, values.numeric);
      else if (e.required && (!e.value || !e.checkValidity()))
        set(e, usual[e.type] ?? (e.type === "number" ? e.min || "1" : "Viết để thử"));
    }
    return files;
  };

  // What the page is, apart from what every load makes anew.
  const picture = () =>
    document.body.innerText +
    "\n" +
    [...document.querySelectorAll("input:not([type=hidden], .folder), select, textarea, button, [popover]")]
      .map((e) =>
        [
          e.tagName,
          e.type,
          e.name,
          e.value,
          e.checked,
          e.hidden,
          e.disabled,
          e.matches("[popover]:popover-open, .open"),
        ].join(),
      )
      .join("\n");
  let done = "",
    refused = "",
    busy = 0,
    still = 0;
  const note = (what) => {
    done ||= what;
  };
  window.print = () => note("print");
  document.addEventListener(
    "invalid",
    (e) => {
      refused ||= e.target.name + ": " + e.target.validationMessage;
    },
    true,
  );
  for (const kind of ["seeking", "seeked", "play", "pause"]) document.addEventListener(kind, () => note("sound"), true);
  if (navigator.clipboard) navigator.clipboard.writeText = async () => note("copy");
  const ask = window.fetch;
  window.fetch = (...args) => {
    busy++;
    return ask(...args).finally(() => {
      busy--;
    });
  };

  // aim puts the button where a finger presses it, and says what lies over it.
  const aim = (n) => {
    for (const old of document.querySelectorAll("[data-press]")) old.removeAttribute("data-press");
    const b = listed[n];
    if (!b?.isConnected) return "gone";
    const pop = box(b);
    for (let e = b; e; e = e.parentElement) if (e.matches("details")) e.open = true;
    if (folder(b)) folder(b).checked = true;
    if (pop && !pop.matches(":popover-open"))
      document
        .querySelector(`[popovertarget="${pop.id}"]:not([popovertargetaction]), [data-dialog="${pop.id}"]`)
        .click();
    if (!seen(b)) return "gone";
    if (hidden(b)) {
      [...b.form.elements]
        .find((e) => e.matches("input:not([type=hidden], [type=checkbox], [type=radio], [type=file])"))
        .focus();
    } else {
      b.scrollIntoView({ block: "center", behavior: "instant" });
      const r = b.getBoundingClientRect(),
        over = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
      if (!b.contains(over))
        return over ? `<${over.tagName.toLowerCase()} class="${over.className}">` : "the edge of the window";
    }
    b.dataset.press = "yes";
    for (const said of document.querySelectorAll(".flash")) said.remove(); // what a press before has said
    Object.assign(press, { sent: sends(b), before: picture(), since: performance.now() });
    done = refused = "";
    sessionStorage.setItem(
      "press",
      JSON.stringify({ before: press.before, url: location.href, at: performance.timeOrigin }),
    );
    return "";
  };

  const main = () =>
    [...document.querySelectorAll(".error, .notice, [role=alert], h1, #plan ~ *")]
      .map((e) => e.innerText.trim())
      .join(" | ");
  const where = () => location.pathname + location.search;
  const effect = () => {
    const was = JSON.parse(sessionStorage.getItem("press"));
    if (was.at !== performance.timeOrigin) {
      // another page, or the same one anew
      const answer = performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0;
      const same = was.url.split("#")[0] === location.href.split("#")[0] && was.before === picture();
      return { What: same ? "nothing" : "page", Path: where(), Status: answer, Said: main() };
    }
    if (refused) return { What: "invalid", Said: refused };
    if (done) return { What: done, Path: where() };
    if (busy || document.querySelector("[data-press][aria-busy=true]") || press.before === picture()) return {};
    if (press.sent && !still) still = performance.now();
    if (press.sent && performance.now() - still < 400) return {}; // a page may still come
    return { What: "change", Path: where(), Said: main() };
  };
  return { ready, list, fill, aim, effect };
})();
