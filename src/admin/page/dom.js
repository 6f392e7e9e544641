// Elements are made one by one and texts are set as texts, so that nothing of a user's is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** An element of HTML. `on` holds its listeners; every other property is an attribute. */
export function el(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

/** An element of SVG. */
export function svg(name, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

/** Puts these in the place of whatever an element holds. */
export function put(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** Says something to those who hear the page. */
export function tell(text) {
  const told = document.getElementById("told");
  // The same words again would not be read again.
  told.textContent = told.textContent === text ? text + "\u00a0" : text;
}

let ids = 0;

/** An id that no other element has. */
export function fresh(name) {
  ids += 1;
  return `${name}-${ids}`;
}

/** A control with its label above it. */
export function field(label, control, hint = null) {
  control.id ||= fresh("field");
  const described = hint === null ? null : el("p", { class: "hint", id: fresh("hint") }, hint);
  if (described) control.setAttribute("aria-describedby", described.id);
  return el("div", { class: "field" }, el("label", { for: control.id }, label), control, described);
}

/** A box to be ticked, with its label behind it. */
export function tick(label, properties) {
  const box = el("input", { type: "checkbox", id: fresh("tick"), ...properties });
  return { box, node: el("div", { class: "tick" }, box, el("label", { for: box.id }, label)) };
}

/** A choice of these, each a value and what it is called. */
export function choice(options, chosen = null, properties = {}) {
  const made = options.map(([value, label]) => el("option", { value, selected: value === chosen }, label));
  return el("select", properties, made);
}

export function button(label, listener, properties = {}) {
  return el("button", { type: "button", on: { click: listener }, ...properties }, label);
}

/**
 * A table that is moved sideways by itself where it is too wide. `head` are texts, or [text, class]. With the class
 * `stacked`, its rows are blocks on a narrow screen, and rows still to those who hear them.
 */
export function table(caption, head, body, properties = {}) {
  const cells = head.map((cell) => {
    const [text, kind] = Array.isArray(cell) ? cell : [cell, null];
    return el("th", { scope: "col", class: kind }, text);
  });
  const name = el("caption", { id: fresh("caption"), class: properties.caption ?? null }, caption);
  return el(
    "div",
    { class: "scroll", role: "group", tabindex: "0", "aria-labelledby": name.id },
    el("table", { class: properties.class ?? null, role: "table" }, name, el("thead", {}, el("tr", {}, cells)), body),
  );
}

/** Names and what belongs to them. Pairs without anything are left out. */
export function pairs(list) {
  const there = list.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el(
    "dl",
    { class: "pairs" },
    there.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
  );
}

/** A sentence about what went wrong, which is read at once. */
export function alarm(error) {
  return el("p", { class: "notice bad", role: "alert" }, error.message);
}
