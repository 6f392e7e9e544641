// How far the migration is: who has moved, who is left, and whether the legacy system can be switched off.

import { shares, strip, timeChart } from "./chart.js";
import { alarm, button, el, put, table, tell } from "./dom.js";
import { count, day, moment, number, plain, share, words } from "./format.js";
import { leftList } from "./left.js";
import { ask, may, pause } from "./session.js";

export const title = "Progress";

const DAY = 86_400_000;
/** More bars than these cannot be told apart. */
const BARS = 60;
/** How often it is looked for new counts, in milliseconds. */
const LOOK_EVERY = 15_000;

export async function show({ body, signal }) {
  if (!may("read:users")) {
    put(
      body,
      el("p", { class: "notice" }, "This token may not read users (read:users), so there is nothing to count."),
    );
    return;
  }
  const said = el("div");
  const answer = el("section", { class: "card answer", "aria-label": "Can the legacy system be switched off?" });
  const tiles = el("dl", { class: "tiles" });
  const counted = el("p", { class: "quiet counted" });
  const moved = timeChart({ title: "Moved", kind: "bars", head: ["Day", ["Users", "number"]], unit: "moved" });
  const left = timeChart({ title: "Left", kind: "line", head: ["Day", ["Users", "number"]], unit: "left" });
  const by = {
    by_source: shares({
      title: "Where users came from",
      head: "Legacy system",
      empty: "Nobody came from a legacy system.",
    }),
    by_moved: shares({ title: "How they moved", head: "Way", empty: "Nobody has moved yet." }),
    by_credential: shares({ title: "Where passwords are", head: "Password", empty: "There are no users yet." }),
    by_scheme: shares({ title: "What passwords are hashed by", head: "Scheme", empty: "There are no passwords yet." }),
  };
  const days = el("section", { class: "charts", "aria-label": "By day" }, moved.node, left.node);
  const parts = el(
    "section",
    { class: "charts", "aria-label": "By kind" },
    Object.values(by).map((chart) => chart.node),
  );
  const sources = sourceTable();
  const list = leftList(signal);
  put(body, said, el("p", { class: "quiet" }, "Counting…"));

  let isFirst = true;
  const look = async (query = {}) => {
    let counts;
    try {
      counts = await ask("GET", "migration", { query, signal });
    } catch (error) {
      if (!signal.aborted) put(said, alarm(error));
      return false;
    }
    put(said);
    verdict(answer, counts);
    put(tiles, numbers(counts));
    sources.update(counts.legacy.by_source ?? {});
    put(counted, "Counted ", moment(counts.counted_at), ". ", again);
    byDay(moved, left, counts);
    const byName = (name) => (key) => (name === "by_source" || name === "by_scheme" ? plain(key) : words(key));
    for (const [name, chart] of Object.entries(by))
      chart.update(counts[name], name === "by_scheme" ? scheme : byName(name));
    if (isFirst) {
      put(body, said, answer, tiles, counted, sources.node, days, parts, counts.legacy.state === "counted" ? list : null);
      isFirst = false;
    }
    return true;
  };
  const again = button("Count again", async () => {
    again.disabled = true;
    const isCounted = await look({ again: true });
    again.disabled = false;
    // Whoever has gone on meanwhile stays there.
    if (document.activeElement === document.body) again.focus();
    if (isCounted) tell("Counted again.");
  });
  await look();
  while (!signal.aborted) {
    // The view that ends this is no failure.
    await pause(LOOK_EVERY, signal).catch(() => {});
    if (!signal.aborted && document.visibilityState === "visible" && document.activeElement !== again) await look();
  }
}

const scheme = (name) => (name === "unidentified" ? words(name) : plain(name));

function verdict(node, { legacy, moved }) {
  const [kind, heading, text] = {
    counted: () =>
      legacy.left > 0 || legacy.flagged > 0
        ? [
            "not-yet",
            "The legacy system is still needed",
            `${count(legacy.left, "person has", "people have")} not moved. ` +
              "Who they are, and why, stands at the end of this page.",
          ]
        : [
            "good",
            "By the counts, the legacy system can be switched off",
            "Nobody is left by number. Look through everybody at the end of this page before you do it: " +
              "people who were deleted on one side are counted on the other.",
          ],
    not_given: () => [
      "unknown",
      "Whether the legacy system is still needed is not known",
      "This API was given no legacy system, so only those who have moved are counted.",
    ],
    not_listed: () => [
      "unknown",
      "Whether the legacy system is still needed is not known",
      "The legacy system has no list of its users, so only those who have moved are counted.",
    ],
    unreachable: () => [
      "unknown",
      "The legacy system cannot be asked now",
      "Those who have moved are counted. It is asked again with the next count.",
    ],
  }[legacy.state]();
  const done = legacy.state === "counted" && legacy.users > 0;
  put(
    node,
    el("h2", { class: kind }, heading),
    el("p", {}, text),
    done
      ? el(
          "p",
          { class: "so-far" },
          strip(legacy.users - legacy.left, legacy.users, {
            role: "img",
            "aria-label": `${share(legacy.users - legacy.left, legacy.users)} have moved`,
          }),
          el(
            "span",
            { "aria-hidden": "true" },
            `${share(legacy.users - legacy.left, legacy.users)} of ${number(legacy.users)} have moved`,
          ),
        )
      : null,
    moved === 0 ? el("p", {}, "Nobody has moved yet.") : null,
  );
}

function numbers({ users, moved, legacy, last_moved_at }) {
  const tile = (name, value, hint) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value, hint ? el("span", { class: "quiet" }, hint) : null));
  const isCounted = legacy.state === "counted";
  return [
    tile(
      "Moved",
      number(isCounted ? legacy.moved : moved),
      isCounted ? `of ${number(legacy.users)} at the legacy system` : null,
    ),
    isCounted ? tile("Left", number(legacy.left), "have not moved") : null,
    isCounted ? tile("Password still there", number(legacy.flagged), "of those who are left") : null,
    tile("Users here", number(users), "wherever they came from"),
    tile("Last move", last_moved_at ? moment(last_moved_at) : "–", null),
  ];
}

/** How far each legacy system is, where there are several. */
function sourceTable() {
  const rows = el("tbody");
  const head = ["Legacy system", ["Users", "number"], ["Moved", "number"], ["Left", "number"], ["Password there", "number"]];
  const node = el("section", { class: "card", hidden: true }, table("By legacy system", head, rows));
  return {
    node,
    update(sources) {
      const entries = Object.entries(sources).sort((one, other) => other[1].left - one[1].left);
      node.hidden = entries.length < 2;
      put(
        rows,
        entries.map(([name, { users, moved, left, flagged }]) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, plain(name)),
            [users, moved, left, flagged].map((value) => el("td", { class: "number" }, number(value))),
          ),
        ),
      );
    },
  };
}

/** Days in a row, some of them together where there are many. */
function byDay(movedChart, leftChart, { moved_by_day: days, counted_at, legacy }) {
  leftChart.node.hidden = legacy.state !== "counted" || days.length === 0;
  movedChart.node.hidden = days.length === 0;
  if (days.length === 0) return;
  const known = new Map(days.map(({ day: text, users }) => [Date.parse(`${text}T00:00:00Z`), users]));
  const first = Math.min(...known.keys());
  const last = Math.max(...known.keys(), Math.floor(Date.parse(counted_at) / DAY) * DAY);
  const total = Math.floor((last - first) / DAY) + 1;
  const together = [1, 7, 30, 90, 365].find((size) => total / size <= BARS) ?? Math.ceil(total / BARS);
  const movedPoints = [];
  const leftPoints = [];
  let stillToMove = legacy.left ?? 0;
  // From the end, since it is known today how many are left.
  for (let end = last; end >= first; end -= together * DAY) {
    const start = Math.max(first, end - (together - 1) * DAY);
    let users = 0;
    for (const [at, moved] of known) if (at >= start && at <= end) users += moved;
    const name = start === end ? day(start) : `${day(start)} – ${day(end)}`;
    const label = day(start).replace(/ \d{4}$/, "");
    movedPoints.unshift({ name, label, value: users });
    leftPoints.unshift({ name, label, value: stillToMove });
    // Some have moved and are still left, since their password is there.
    stillToMove = Math.min(stillToMove + users, legacy.users ?? Infinity);
  }
  const sum = [...known.values()].reduce((one, other) => one + other, 0);
  const rhythm = together === 1 ? "by day" : `${together} days together`;
  movedChart.update(movedPoints, `${count(sum, "user", "users")} since ${day(first)}, ${rhythm}.`);
  leftChart.update(
    leftPoints,
    `${number(stillToMove)} before ${day(first)}, ${number(legacy.left ?? 0)} now, ${rhythm}. Counted back from today.`,
  );
}
