// Who is left at the legacy system, and why.

import { alarm, button, el, put, table, tell } from "./dom.js";
import { count, number, plain, words } from "./format.js";
import { ask } from "./session.js";

/** So many more are shown at once. */
const MORE = 25;
/** So many of the legacy system's users are looked at with one request. */
const TAKE = 100;

export function leftList(signal) {
  const state = { from: null, isOver: false, walked: 0, why: new Map(), schemes: new Map(), rows: 0, isWalking: false, stops: false };
  const rows = el("tbody");
  const list = table("People who are left", ["Person", ["At the legacy system", "wide"], "Why"], rows, {
    class: "stacked",
  });
  const looked = el("p", { class: "quiet", role: "status" });
  const reasons = el("ul", { class: "chips", "aria-label": "Reasons so far" });
  const schemes = el("ul", { class: "chips", "aria-label": "Their passwords there, so far" });
  const said = el("div");
  const more = button("Show who is left", () => walk(MORE));
  const all = button("Look through everybody", () => walk(Infinity));
  const stop = button("Stop", () => {
    state.stops = true;
  });
  list.hidden = true;
  stop.hidden = true;

  async function walk(wanted) {
    if (state.isWalking) return;
    [state.isWalking, state.stops] = [true, false];
    all.disabled = more.disabled = true;
    stop.hidden = false;
    put(said);
    const until = state.rows + wanted;
    try {
      while (!state.isOver && !state.stops && !signal.aborted && state.rows < until) await page(wanted);
    } catch (error) {
      if (signal.aborted) return;
      put(said, alarm(error));
    }
    state.isWalking = false;
    stop.hidden = true;
    more.hidden = all.hidden = state.isOver;
    all.disabled = more.disabled = false;
    put(more, state.walked === 0 ? "Show who is left" : "Show more");
    tell(looked.textContent);
  }

  async function page(wanted) {
    // A page is asked for that may be shown whole, so that none of it is shown twice.
    const take = wanted === Infinity ? TAKE : Math.min(TAKE, MORE);
    const answer = await ask("GET", "migration/left", { query: { from: state.from, take }, signal });
    state.walked += answer.walked;
    state.from = answer.next ?? null;
    state.isOver = state.from === null;
    for (const person of answer.left) {
      add(state.why, person.why);
      if (person.scheme) add(state.schemes, person.scheme);
      state.rows += 1;
      // A table of a million rows helps nobody; they are counted all the same.
      if (rows.childElementCount < 1_000) rows.append(row(person));
    }
    list.hidden = rows.childElementCount === 0;
    const found = count(state.rows, "person is", "people are");
    const end = state.isOver ? "That is everybody." : "";
    put(looked, `Looked at ${count(state.walked, "user", "users")} of the legacy system: ${found} left. ${end}`);
    put(reasons, chips(state.why, words));
    put(schemes, chips(state.schemes, plain));
  }

  return el(
    "section",
    { class: "card", "aria-labelledby": "left-heading" },
    el("h2", { id: "left-heading" }, "Who is left"),
    el("p", { class: "quiet" }, "Read from the legacy system, person by person. Those who have moved are passed over."),
    looked,
    reasons,
    schemes,
    said,
    list,
    el("p", { class: "actions" }, more, all, stop),
  );
}

function add(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function chips(counts, name) {
  return [...counts].map(([key, users]) => el("li", {}, name(key), " ", el("b", {}, number(users))));
}

function row({ source, legacy_id, email, username, phone_number, name, why, detail }) {
  const person = [email, username, phone_number].filter((text) => text);
  return el(
    "tr",
    {},
    el(
      "th",
      { scope: "row" },
      person.length > 0 ? plain(person[0]) : plain(legacy_id),
      name ? el("span", { class: "second" }, plain(name)) : null,
    ),
    el("td", { class: "wide" }, plain(source), el("span", { class: "second" }, plain(legacy_id))),
    el("td", {}, words(why), detail ? el("span", { class: "second" }, plain(detail)) : null),
  );
}
