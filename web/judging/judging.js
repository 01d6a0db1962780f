// The pages of a judge: her sheets (sheet.js), and the list that sends what sheets
// closed meanwhile have left. What leaves the page leaves by outbox.js.
import { keepPages } from "../kit/offline.js";
import { again, leftBy, outbox } from "./outbox.js";
import { Sheet, listPath, tell, tellLoggedOut } from "./sheet.js";

// A signature leads to the next page, which says that it was taken.
const saying = "loa-said";
function sayThere(text) {
  try {
    sessionStorage.setItem(saying, text);
  } catch {
    /* then the next page says nothing of it */
  }
}
function saidBefore() {
  try {
    const text = sessionStorage.getItem(saying);
    sessionStorage.removeItem(saying);
    return text;
  } catch {
    return null;
  }
}

const forms = [...document.querySelectorAll("form[data-save]")],
  listState = document.querySelector("#sheet-state");
const said = saidBefore();
let sending = false,
  later;
const sheets = forms.map((form) => new Sheet(form, signed));
for (const sheet of sheets) sheet.start();
if (said && listState) tell(listState, said, "saved");
else if (said && sheets.length === 1) sheets[0].say(said, "saved");
if (listState) sendLeft();
keepPages([location.pathname, listPath, ...forms.map((f) => f.dataset.next).filter(Boolean)]);

// signed goes on once a sheet is signed: in the hall to the next that is not,
// else to another page. Both say of which work the signature was taken.
function signed(sheet, next) {
  if (!sheet.hall) {
    sayThere(sheet.words.signed);
    return location.assign(next);
  }
  const other = sheets.find((one) => !one.final);
  if (!other) return;
  sheet.hall.open = false;
  other.hall.open = true;
  other.hall.scrollIntoView({ block: "start" });
  if (!other.state.matches(".asks, .waiting")) other.say(sheet.words.signed, "saved");
}

// sendLeft sends what sheets closed meanwhile have left, and marks those it cannot.
async function sendLeft() {
  if (sending) return;
  sending = true;
  clearTimeout(later);
  const owner = listState.dataset.owner,
    ended = { sent: 0, signed: 0, left: 0, later: 0, out: 0 };
  for (const address of leftBy(owner)) {
    const { state: how, body } = await outbox(owner, address).send(),
      gone = how === "sent" || how === "signed";
    const row = document.querySelector(`[data-sheet="${CSS.escape(address)}"] [data-unsent]`);
    if (row) row.hidden = gone;
    if (row && !gone) row.closest("details")?.setAttribute("open", "");
    ended[gone ? how : "left"]++;
    if (body?.status === 401) ended.out++;
    else if (how === "later") ended.later++;
  }
  sending = false;
  if (ended.later || ended.out) later = setTimeout(sendLeft, again);
  if (ended.out) tellLoggedOut(listState);
  else if (ended.left) tell(listState, listState.dataset.offline, "waiting");
  else if (ended.signed) {
    sayThere(listState.dataset.saved);
    location.reload();
  } else if (ended.sent) tell(listState, listState.dataset.saved, "saved");
}
if (listState) addEventListener("online", sendLeft);
