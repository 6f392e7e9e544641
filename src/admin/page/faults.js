// What was wrong with the records of an import, and the file of those that were refused.

import { alarm, button, choice, el, field, put, table, tell } from "./dom.js";
import { count, json, number, plain, visible } from "./format.js";
import { keep, may, send } from "./session.js";

/** So many rows are shown at once. */
const ROWS = 100;

export async function faultList(job, signal) {
  const entries = [];
  let after = null;
  let isWhole = false;
  let limit = ROWS;
  const said = el("div");
  const code = choice([["", "Every code"]]);
  const text = el("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const rows = el("tbody");
  const shown = el("p", { class: "quiet", role: "status" });
  const more = button("Show more", () => {
    limit += ROWS;
    draw();
  });
  const load = button("Read more records", () => read().catch((error) => put(said, alarm(error))));
  const quarantine = button("Download the quarantine file", async () => {
    put(said);
    quarantine.disabled = true;
    try {
      const response = await send("GET", `jobs/${job.id}/quarantine`, { signal });
      keep(await response.blob(), `${job.id}.quarantine.ndjson`);
      tell("The quarantine file is downloaded.");
    } catch (error) {
      if (!signal.aborted) put(said, alarm(error));
    } finally {
      quarantine.disabled = false;
    }
  });

  async function read() {
    const response = await send("GET", `jobs/${job.id}/errors`, { query: { after }, signal });
    const list = response.status === 204 ? [] : await response.json();
    // A job that failed as a whole is answered with itself.
    if (Array.isArray(list)) entries.push(...list);
    const next = /<[^>]*[?&]after=(\d+)>; rel="next"/.exec(response.headers.get("link") ?? "");
    after = next?.[1] ?? null;
    isWhole = after === null;
    load.hidden = isWhole;
    codes();
    draw();
  }

  /** The codes that there are, with how many records have them. */
  function codes() {
    const counts = new Map();
    for (const { errors } of entries) {
      for (const name of new Set(errors.map((error) => error.code))) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const chosen = code.value;
    const options = [...counts].sort((one, other) => other[1] - one[1]);
    put(
      code,
      el("option", { value: "" }, `Every code (${number(entries.length)})`),
      options.map(([name, records]) =>
        el("option", { value: name, selected: name === chosen }, `${visible(name)} (${number(records)})`),
      ),
    );
  }

  function draw() {
    const wanted = text.value.trim().toLowerCase();
    const matches = ({ user, errors }) =>
      (code.value === "" || errors.some((error) => error.code === code.value)) &&
      (wanted === "" || JSON.stringify([user, errors]).toLowerCase().includes(wanted));
    const found = entries.filter(matches);
    put(rows, found.slice(0, limit).map(row));
    more.hidden = found.length <= limit;
    const all = isWhole ? "" : ", and there are more to be read";
    put(shown, `${count(found.length, "record", "records")} of ${number(entries.length)}${all}.`);
  }

  code.addEventListener("change", draw);
  text.addEventListener("input", draw);
  await read();
  return el(
    "section",
    { class: "card", "aria-labelledby": "refused-heading" },
    el("h2", { id: "refused-heading" }, "Refused records"),
    el(
      "p",
      { class: "quiet" },
      "Correct the quarantine file and import it again: it has the records that were refused, as they came, their hashes included.",
    ),
    may("create:users") ? el("p", { class: "actions" }, quarantine) : null,
    said,
    el(
      "form",
      { class: "filters", on: { submit: (event) => event.preventDefault() } },
      field("Code", code),
      field("With this text", text),
    ),
    shown,
    table("Refused records", [["Record", "number"], "What is wrong", "The record"], rows, {
      caption: "unseen",
      class: "stacked",
    }),
    el("p", { class: "actions" }, more, load),
  );
}

function row({ record, line, user, errors }) {
  const faults = errors.map(({ code, message, path, detail }) =>
    el(
      "li",
      {},
      el("span", { class: "code chip" }, visible(code)),
      " ",
      path ? [el("span", { class: "code" }, plain(path)), ": "] : null,
      visible(message),
      detail ? el("span", { class: "second code" }, visible(detail)) : null,
    ),
  );
  return el(
    "tr",
    {},
    el(
      "th",
      { scope: "row", class: "number" },
      number(record + 1),
      el("span", { class: "second" }, `line ${number(line)}`),
    ),
    el("td", {}, el("ul", { class: "plain" }, faults)),
    el("td", {}, el("details", {}, el("summary", {}, "Show"), json(user, `Record ${record + 1}`))),
  );
}
