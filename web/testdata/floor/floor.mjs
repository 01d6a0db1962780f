// Reads scripts, styles and templates and prints, as JSON, which features in
// them a browser at the floor lacks, by Mozilla's compatibility data:
//   node floor.mjs FILE... < {"floor": {browser: version}}
// A style is fine where an older declaration of the same property stands before
// it in the rule, or inside @supports: that is how CSS degrades.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "acorn";
import { full, ancestor } from "acorn-walk";
import postcss from "postcss";
import selectors from "postcss-selector-parser";
import values from "postcss-value-parser";

const data = createRequire(import.meta.url)("@mdn/browser-compat-data");
const { floor } = JSON.parse(readFileSync(0, "utf8"));
const found = [];
let file = "";

// lacking lists the browsers of the floor that do not have a feature.
function lacking(feature) {
  if (!feature?.__compat) return [];
  const support = feature.__compat.support;
  return Object.keys(floor).filter((browser) => {
    const statements = [support[browser] ?? []].flat();
    return !statements.some((s) => s.version_added && s.version_added !== "preview" && !s.flags
      && parseFloat(String(s.version_added).replace("≤", "")) <= floor[browser] && !(s.version_removed && parseFloat(s.version_removed) <= floor[browser]));
  });
}

// judge notes a feature by the browsers that lack it in all of its meanings.
function judge(name, meanings) {
  const known = meanings.filter((m) => m?.__compat);
  if (!known.length) return;
  const missing = known.map(lacking).reduce((all, one) => all.filter((b) => one.includes(b)));
  if (missing.length) found.push({ file, feature: name, browsers: missing });
}

// Members of all interfaces and built-in objects by their names.
const members = new Map(), globals = new Map();
for (const [name, all] of [...Object.entries(data.api), ...Object.entries(data.javascript.builtins)]) {
  globals.set(name, [...(globals.get(name) ?? []), all]);
  for (const [member, feature] of Object.entries(all)) {
    const plain = member.replace(/_static$/, "");
    if (member !== "__compat") members.set(plain, [...(members.get(plain) ?? []), feature]);
  }
}

function script(text) {
  const tree = parse(text, { ecmaVersion: 2022, sourceType: "module" });
  full(tree, (n) => {
    if (n.type === "StaticBlock") judge("static {}", [data.javascript.classes.static.initialization_blocks]);
    if (n.type === "Literal" && n.regex) {
      if (/\(\?<[=!]/.test(n.regex.pattern)) judge("(?<=)", [data.javascript.regular_expressions.lookbehind_assertion]);
      if (n.regex.flags.includes("d")) judge("/d", [data.javascript.builtins.RegExp.hasIndices]);
      if (n.regex.flags.includes("v")) judge("/v", [data.javascript.builtins.RegExp.unicodeSets]);
    }
    if (n.type === "CallExpression" && n.callee.property?.name === "addEventListener" && n.arguments[0]?.type === "Literal") {
      judge("event " + n.arguments[0].value, members.get(n.arguments[0].value + "_event") ?? []);
    }
  });
  ancestor(tree, {
    MemberExpression(n, _, above) {
      if (n.computed) return;
      const parent = above[above.length - 2], called = parent.type === "CallExpression" && parent.callee === n ? "()" : "";
      const name = n.property.name, on = n.object.type === "Identifier" ? globals.get(n.object.name) : undefined;
      const exact = on?.map((g) => g[name + "_static"] ?? g[name]).filter(Boolean) ?? [];
      judge((exact.length ? n.object.name : "") + "." + name + called, exact.length ? exact : members.get(name) ?? []);
    },
    Identifier(n, _, above) {
      const parent = above[above.length - 2];
      const used = parent.type === "CallExpression" && parent.callee === n || parent.type === "NewExpression" || parent.type === "MemberExpression" && parent.object === n;
      if (used) judge(n.name, [...(globals.get(n.name) ?? []), ...(data.api.Window[n.name] ? [data.api.Window[n.name]] : []), ...(data.api[n.name] ? [data.api[n.name]] : [])]);
    },
  });
}

const units = { dvh: "dynamic", dvw: "dynamic", dvb: "dynamic", dvi: "dynamic", svh: "small", svw: "small", lvh: "large", lvw: "large" };
const functions = new Map();
(function walk(node) {
  for (const [name, below] of Object.entries(node)) {
    if (name === "__compat") continue;
    functions.set(name, [...(functions.get(name) ?? []), below]);
    walk(below);
  }
})(data.css.types);

function style(text) {
  postcss.parse(text).walk((n) => {
    let guarded = false;
    for (let p = n.parent; p; p = p.parent) guarded ||= p.type === "atrule" && p.name === "supports";
    if (guarded) return;
    if (n.type === "atrule") {
      judge("@" + n.name, [data.css["at-rules"][n.name]]);
      if (n.name === "media") {
        for (const [, feature] of n.params.matchAll(/\(\s*([a-z-]+)/g)) judge("@media " + feature, [data.css["at-rules"].media[feature]]);
        if (/[<>]/.test(n.params)) judge("@media <", [data.css["at-rules"].media.range_syntax]);
      }
      if (n.name === "page") for (const d of n.nodes ?? []) if (d.type === "atrule") judge("@page @" + d.name, [data.css["at-rules"].page[d.name] ?? data.css["at-rules"].page.margin_at_rules]);
    }
    if (n.type === "rule" && !(n.parent.type === "atrule" && n.parent.name.endsWith("keyframes"))) {
      if (n.parent.type === "rule") judge("nesting", [data.css.selectors.nesting]);
      selectors((root) => root.walkPseudos((p) => judge(p.value, [data.css.selectors[p.value.replace(/^:+/, "")]]))).processSync(n.selector);
    }
    if (n.type !== "decl" || n.prop.startsWith("--") && !n.value) return;
    if (n.parent.nodes.some((d) => d !== n && d.type === "decl" && d.prop === n.prop && n.parent.index(d) < n.parent.index(n))) return;
    const property = data.css.properties[n.prop];
    judge(n.prop, [property]);
    values(n.value).walk((v) => {
      if (v.type === "function") judge(v.value + "()", [property?.[v.value], ...(functions.get(v.value) ?? [])].filter(Boolean));
      if (v.type !== "word") return;
      const unit = values.unit(v.value);
      if (unit && unit.unit) {
        const below = data.css.types.length;
        if (units[unit.unit]) judge(unit.unit, [below["viewport_percentage_units_" + units[unit.unit]]]);
        else if (/^cq/.test(unit.unit)) judge(unit.unit, [below.container_query_length_units]);
        else judge(unit.unit, [below[unit.unit]]);
      } else judge(n.prop + ": " + v.value, [property?.[v.value]]);
    });
  });
}

function template(text) {
  const plain = text.replace(/\{\{[\s\S]*?\}\}/g, (action) => action.replace(/[^\n]/g, ""));
  for (const [, element, rest] of plain.matchAll(/<([a-z][a-z0-9]*)\b([^>]*)>/g)) {
    judge("<" + element + ">", [data.html.elements[element]]);
    for (const [, attribute] of rest.replace(/"[^"]*"/g, '""').matchAll(/\s([a-z][a-z-]*)/g)) {
      judge(element + "[" + attribute + "]", [data.html.elements[element]?.[attribute] ?? data.html.global_attributes[attribute]]);
    }
  }
}

for (file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".js")) script(text);
  else if (file.endsWith(".css")) style(text);
  else template(text);
}
console.log(JSON.stringify(found));
