// A mark by one tap: buttons for a short scale, a slider with steps for a long
// one, beside the field one types into. The field is what counts and what the
// others say; without this script it is all there is.

const lang = document.documentElement.lang;
const comma = (1.5).toLocaleString(lang)[1];
const fewest = 11; // values that are shown as buttons

// local writes a mark as people here do.
export const local = (mark) => mark.replace(".", comma);

// scaleOf is what a criterion allows.
export function scaleOf(field) {
  const { min, max, step, points } = field.closest(".criterion").dataset;
  return { min: Number(min), max: Number(max), step: Number(step), points: Number(points) };
}

// markOf is what a field says, with a point; "" is no mark and null one that
// does not fit the scale.
export function markOf(field) {
  const said = field.value.trim().replace(",", ".");
  if (!said) return "";
  const { min, max, step } = scaleOf(field),
    n = Number(said),
    steps = (n - min) / step;
  if (!/^\d+(\.\d{0,3})?$/.test(said) || n < min || n > max || Math.abs(steps - Math.round(steps)) > 1e-6) return null;
  return String(n);
}

const round = (n) => Number(n.toFixed(3));

// widget puts buttons or a slider below a field. words are of the form.
export function widget(field, words) {
  const scale = scaleOf(field),
    steps = Math.round((scale.max - scale.min) / scale.step);
  const name = field.closest(".criterion").querySelector("label > span").textContent;
  const give = (mark) => {
    field.value = local(mark);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const made = steps < fewest ? buttons(field, name, scale, steps, give) : slider(field, name, scale, give, words);
  field.after(made.box);
  made.show();
  return made.show;
}

function buttons(field, name, { min, step }, steps, give) {
  const box = document.createElement("div"),
    all = [];
  box.className = "taps";
  box.setAttribute("role", "radiogroup");
  box.setAttribute("aria-label", name);
  for (let i = 0; i <= steps; i++) {
    const mark = String(round(min + i * step)),
      label = document.createElement("label"),
      radio = document.createElement("input"),
      text = document.createElement("span");
    radio.type = "radio";
    radio.name = "tap " + field.id;
    radio.value = mark;
    radio.setAttribute("form", ""); // no form sends it: the field does
    text.textContent = local(mark);
    label.append(radio, text);
    box.append(label);
    all.push(radio);
    radio.addEventListener("change", (e) => {
      e.stopPropagation();
      give(mark);
    });
    radio.addEventListener("input", (e) => e.stopPropagation());
  }
  return {
    box,
    show: () => {
      const mark = markOf(field);
      for (const radio of all) {
        radio.checked = radio.value === mark;
        radio.disabled = field.disabled;
      }
    },
  };
}

function slider(field, name, { min, max, step }, give, words) {
  const box = document.createElement("div"),
    range = document.createElement("input");
  const button = (sign, label, by) => {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "quiet";
    b.textContent = sign;
    b.setAttribute("aria-label", label + ": " + name);
    b.addEventListener("click", () => {
      const now = markOf(field);
      give(String(now ? round(Math.max(min, Math.min(max, Number(now) + by))) : Number(range.value)));
    });
    return b;
  };
  box.className = "slide";
  Object.assign(range, { type: "range", min, max, step });
  range.setAttribute("aria-label", name);
  range.setAttribute("form", "");
  const less = button("−", words.less, -step),
    more = button("+", words.more, step);
  box.append(less, range, more);
  range.addEventListener("change", (e) => e.stopPropagation());
  const middle = round(min + Math.round((max - min) / step / 2) * step);
  const show = () => {
    const mark = markOf(field);
    range.value = mark || middle;
    range.classList.toggle("unset", !mark);
    range.setAttribute("aria-valuetext", mark ? local(mark) : words.none);
    for (const one of [range, less, more]) one.disabled = field.disabled;
  };
  slid(
    range,
    (value) => give(String(round(Number(value)))),
    (at) => give(String(round(min + Math.round((at * (max - min)) / step) * step))),
    show,
  );
  return { box, show };
}

const thumb = 28; // CSS pixels a finger takes for the thumb
const still = 10; // CSS pixels within which a finger that moves still taps

// slid calls moved with the value somebody slides to, tapped with the share of the
// way where she taps and the browser is silent (on the thumb of an unset slider;
// on a phone's Safari anywhere beside it), and back where she did neither: browsers
// move a slider as soon as a finger is on it, also one that goes on to move the page.
function slid(range, moved, tapped, back) {
  let down = null,
    held = null; // held is where the browser has put the slider under a finger that may not mean it
  const away = (e) => [Math.abs(e.clientX - down.clientX), Math.abs(e.clientY - down.clientY)];
  range.addEventListener("pointerdown", (e) => {
    down = e.isPrimary && !e.button ? e : null;
    held = null;
  });
  range.addEventListener("input", (e) => {
    e.stopPropagation();
    if (down?.pointerType === "touch") {
      held = range.value;
      return;
    }
    down = null;
    moved(range.value);
  });
  range.addEventListener("pointermove", (e) => {
    if (down?.pointerType !== "touch") return;
    const [x, y] = away(e);
    if (x < still || x < y) return;
    down = null; // a drag along the slider: from here on each step counts
    if (held !== null) moved(held);
  });
  range.addEventListener("pointercancel", () => {
    if (down && held !== null) back();
    down = null;
  });
  range.addEventListener("pointerup", (e) => {
    if (!down || range.disabled) return;
    const [x, y] = away(e),
      short = x < still && y < still,
      was = down;
    setTimeout(() => {
      // Firefox moves the slider once more after this
      if (down !== was) return;
      down = null;
      if (held !== null) return short ? moved(held) : back();
      const { left, width } = range.getBoundingClientRect(),
        way = width - thumb,
        at = was.clientX - left - thumb / 2;
      const stands = (way * (range.value - range.min)) / (range.max - range.min);
      if (short && (range.classList.contains("unset") || Math.abs(at - stands) > thumb / 2))
        tapped(Math.max(0, Math.min(1, at / way)));
    });
  });
}
