// Charts, each with a table that says the same.

import { el, put, svg, table } from "./dom.js";
import { number, share } from "./format.js";

const HEIGHT = 200;
const TOP = 12;
const BOTTOM = 26;
const LEFT = 52;
const RIGHT = 8;

/**
 * A chart over time: bars, or an area under a line. `update` takes points, each with `label`, which is short, `name`,
 * and `value`; and a sentence that sums them up.
 */
export function timeChart({ title, kind, head, unit }) {
  const drawing = el("div", { class: "drawing" });
  const rows = el("tbody");
  const sum = el("p", { class: "quiet" });
  const node = el(
    "figure",
    { class: "chart" },
    el("figcaption", {}, title),
    sum,
    drawing,
    el("details", {}, el("summary", {}, `${title}, as a table`), table(title, head, rows, { caption: "unseen" })),
  );
  let points = [];
  let sentence = "";
  const draw = () => {
    const width = Math.floor(drawing.clientWidth);
    if (width > LEFT + RIGHT && points.length > 0) put(drawing, picture(points, { kind, width, unit, sentence }));
  };
  new ResizeObserver(draw).observe(drawing);
  return {
    node,
    update(newPoints, newSentence) {
      [points, sentence] = [newPoints, `${title}: ${newSentence}`];
      put(sum, newSentence);
      put(
        rows,
        points.map((point) =>
          el("tr", {}, el("th", { scope: "row" }, point.name), el("td", { class: "number" }, number(point.value))),
        ),
      );
      draw();
    },
  };
}

function picture(points, { kind, width, unit, sentence }) {
  const top = nice(Math.max(1, ...points.map((point) => point.value)));
  const inner = { width: width - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
  const y = (value) => TOP + inner.height * (1 - value / top);
  const step = inner.width / points.length;
  const parts = [];
  for (const tick of [0, top / 2, top]) {
    parts.push(
      svg("line", { class: tick === 0 ? "axis" : "grid", x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: LEFT - 8, y: y(tick) + 4, "text-anchor": "end" }, short(tick)),
    );
  }
  if (kind === "bars") {
    const gap = Math.min(4, step / 4);
    for (const [index, point] of points.entries()) {
      const height = point.value === 0 ? 0 : Math.max(1, y(0) - y(point.value));
      parts.push(
        svg(
          "rect",
          { class: "bar", x: LEFT + index * step + gap / 2, y: y(0) - height, width: Math.max(1, step - gap), height },
          hover(point, unit),
        ),
      );
    }
  } else {
    const at = points.map((point, index) => `${LEFT + (index + 0.5) * step},${y(point.value)}`);
    const [first, last] = [LEFT + 0.5 * step, LEFT + (points.length - 0.5) * step];
    parts.push(
      svg("polygon", { class: "area", points: `${first},${y(0)} ${at.join(" ")} ${last},${y(0)}` }),
      svg("polyline", { class: "line", points: at.join(" ") }),
    );
    for (const [index, point] of points.entries()) {
      const place = { x: LEFT + index * step, y: TOP, width: step, height: inner.height };
      parts.push(svg("rect", { class: "reach", ...place }, hover(point, unit)));
    }
  }
  parts.push(labels(points, width, step));
  return svg(
    "svg",
    { role: "img", "aria-label": sentence, width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` },
    parts,
  );
}

/** As many labels as there is room for, the first and the last among them. */
function labels(points, width, step) {
  const every = Math.max(1, Math.ceil(points.length / Math.max(1, Math.floor((width - LEFT - RIGHT) / 90))));
  const last = points.length - 1;
  const shown = points
    .keys()
    .filter((index) => index === 0 || index === last || (index % every === 0 && last - index >= every));
  return [...shown].map((index) => {
    // Those at the edges would be cut.
    const [x, anchor] =
      index === 0 ? [LEFT, "start"] : index === last ? [width - RIGHT, "end"] : [LEFT + (index + 0.5) * step, "middle"];
    return svg("text", { class: "tick", x, y: HEIGHT - 6, "text-anchor": anchor }, points[index].label);
  });
}

/** What is shown to whoever points at it. */
function hover(point, unit) {
  return svg("title", {}, `${point.name}: ${number(point.value)} ${unit}`);
}

/** The next number that reads well, and whose half does. */
function nice(value) {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const found = [1, 2, 4, 6, 8, 10].find((factor) => factor * magnitude >= value) * magnitude;
  return Math.max(2, found);
}

function short(value) {
  if (value >= 1e6) return `${Number((value / 1e6).toFixed(1))} M`;
  if (value >= 1e4) return `${Number((value / 1e3).toFixed(1))} k`;
  return number(value);
}

/** Parts of a whole as bars, the greatest first: the table is the chart. */
export function shares({ title, head, empty }) {
  const rows = el("tbody");
  const drawn = table(
    title,
    [head, ["Users", "number"], ["Share", "number"], [el("span", { class: "unseen" }, "Bar"), "bars"]],
    rows,
    {
      class: "shares",
    },
  );
  const nothing = el("p", { class: "quiet" }, empty);
  const node = el("div", { class: "chart" }, drawn, nothing);
  return {
    node,
    update(counts, name) {
      const entries = Object.entries(counts).sort((one, other) => other[1] - one[1]);
      const total = entries.reduce((sum, [, users]) => sum + users, 0);
      drawn.hidden = entries.length === 0;
      nothing.hidden = entries.length > 0;
      put(
        rows,
        entries.map(([key, users]) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, name(key)),
            el("td", { class: "number" }, number(users)),
            el("td", { class: "number" }, share(users, total)),
            el("td", { class: "bars", "aria-hidden": "true" }, strip(users, total)),
          ),
        ),
      );
    },
  };
}

/** A part of a whole as a strip, as wide as its place. */
export function strip(part, whole, properties = {}) {
  const width = whole === 0 ? 0 : (100 * part) / whole;
  return svg(
    "svg",
    { class: "strip", viewBox: "0 0 100 10", preserveAspectRatio: "none", ...properties },
    svg("rect", { class: "whole", width: 100, height: 10 }),
    svg("rect", { class: "part", width: part > 0 ? Math.max(0.5, width) : 0, height: 10 }),
  );
}
