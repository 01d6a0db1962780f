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
  const { min, max, step } = scaleOf(field), n = Number(said), steps = (n - min) / step;
  if (!/^\d+(\.\d{0,3})?$/.test(said) || n < min || n > max || Math.abs(steps - Math.round(steps)) > 1e-6) return null;
  return String(n);
}

const round = (n) => Number(n.toFixed(3));

// widget puts buttons or a slider below a field. words are of the form.
export function widget(field, words) {
  const scale = scaleOf(field), steps = Math.round((scale.max - scale.min) / scale.step);
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
  const box = document.createElement("div"), all = [];
  box.className = "taps";
  box.setAttribute("role", "radiogroup");
  box.setAttribute("aria-label", name);
  for (let i = 0; i <= steps; i++) {
    const mark = String(round(min + i * step)), label = document.createElement("label"), radio = document.createElement("input"), text = document.createElement("span");
    radio.type = "radio";
    radio.name = "tap " + field.id;
    radio.value = mark;
    radio.setAttribute("form", ""); // no form sends it: the field does
    text.textContent = local(mark);
    label.append(radio, text);
    box.append(label);
    all.push(radio);
    radio.addEventListener("change", (e) => { e.stopPropagation(); give(mark); });
    radio.addEventListener("input", (e) => e.stopPropagation());
  }
  return { box, show: () => { const mark = markOf(field); for (const radio of all) { radio.checked = radio.value === mark; radio.disabled = field.disabled; } } };
}

function slider(field, name, { min, max, step }, give, words) {
  const box = document.createElement("div"), range = document.createElement("input");
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
  const less = button("−", words.less, -step), more = button("+", words.more, step);
  box.append(less, range, more);
  range.addEventListener("input", (e) => { e.stopPropagation(); give(String(round(Number(range.value)))); });
  range.addEventListener("change", (e) => e.stopPropagation());
  // Browsers say nothing when one taps where the thumb of an unset slider stands,
  // and Safari on a phone when one taps anywhere beside it.
  range.addEventListener("click", (e) => {
    if (!e.detail || range.disabled) return;
    const thumb = 28, wide = range.clientWidth - thumb, at = Math.max(0, Math.min(1, (e.offsetX - thumb / 2) / wide));
    const mark = String(round(min + Math.round((at * (max - min)) / step) * step));
    if (markOf(field) === "" || Math.abs(Number(mark) - Number(range.value)) > step) give(mark);
  });
  const middle = round(min + Math.round((max - min) / step / 2) * step);
  return { box, show: () => {
    const mark = markOf(field);
    range.value = mark || middle;
    range.classList.toggle("unset", !mark);
    range.setAttribute("aria-valuetext", mark ? local(mark) : words.none);
    for (const one of [range, less, more]) one.disabled = field.disabled;
  } };
}
