// Imports and exports as jobs: how far they are, what came of them, and which there were.

import { el, pairs, put, table } from "./dom.js";
import { count, moment, number, plain, visible } from "./format.js";
import { ask, pause } from "./session.js";

const STATES = { pending: "Waiting", processing: "Running", completed: "Completed", failed: "Failed" };

export function isOver(job) {
  return job.status === "completed" || job.status === "failed";
}

/** Looks again and again until the job is over, and gives it. */
export async function follow(id, { each, signal }) {
  for (let wait = 250; ; wait = Math.min(wait * 1.5, 3_000)) {
    const job = await ask("GET", `jobs/${id}`, { signal });
    each(job);
    if (isOver(job)) return job;
    await pause(wait, signal);
  }
}

/** Stops an import for good, whoever works on it, and gives it. */
export function cancel(id) {
  return ask("POST", `jobs/${id}/cancel`);
}

/** A job in a few words. */
export function state(job) {
  if (job.status === "processing" && job.percentage_done !== undefined) {
    const left = job.time_left_seconds;
    const time = left === undefined ? "" : `, about ${left < 90 ? `${left} s` : `${Math.round(left / 60)} min`} left`;
    return `${job.percentage_done} %${time}`;
  }
  if (job.status === "failed" && job.status_details) return `Failed: ${visible(job.status_details)}`;
  return STATES[job.status] ?? job.status;
}

/** What came of an import, in one sentence. */
export function outcome({ status, status_details, dry_run, summary }) {
  if (status === "failed") return `Failed. ${visible(status_details ?? "")}`;
  const { inserted, updated, failed, total } = summary;
  const would = dry_run ? "would be " : "";
  const parts = [
    [inserted, `${would}new`],
    [updated, `${would}changed or the same`],
    [failed, `${would}refused`],
  ];
  const said = parts.filter(([records]) => records > 0).map(([records, what]) => `${number(records)} ${what}`);
  const records = `${count(total, "record", "records")}${said.length > 0 ? ": " : ""}${said.join(", ")}.`;
  return `${dry_run ? "Dry run, nothing was written. " : ""}${records}`;
}

/** Everything that is known of an import that is over. */
export function report(job) {
  const more = job.report ?? {};
  const schemes = Object.entries(more.schemes ?? {});
  return pairs([
    ["State", state(job)],
    ["Dry run", job.dry_run ? "yes, nothing was written" : "no"],
    ["Made", moment(job.created_at)],
    ["Format", job.format ?? "found by looking"],
    ["Changes users who are here", job.upsert ? "yes" : "no"],
    ["Spares people who have moved by themselves", job.upsert ? (job.spare_moved ? "yes" : "no") : null],
    ["Records", number(job.summary?.total ?? 0)],
    ["New", number(job.summary?.inserted ?? 0)],
    ["Changed or the same", number(job.summary?.updated ?? 0)],
    ["Refused", number(job.summary?.failed ?? 0)],
    ["Of them twice in the file", more.duplicates ? number(more.duplicates) : null],
    ["Of them deleted here before", more.tombstoned ? number(more.tombstoned) : null],
    [
      "Hashes",
      schemes.length > 0 ? schemes.map(([name, users]) => el("div", {}, plain(name), ` ${number(users)}`)) : null,
    ],
    [
      "Took",
      more.seconds === undefined
        ? null
        : more.seconds < 0.1
          ? "less than 0.1 s"
          : `${more.seconds < 10 ? more.seconds.toFixed(1) : number(Math.round(more.seconds))} s`,
    ],
  ]);
}

/** The jobs of a kind, the newest first. `last` gives the cells of the last column. */
export function recent(type, { caption, signal, last }) {
  const node = el("div");
  return {
    node,
    async load() {
      const { jobs } = await ask("GET", "jobs", { query: { type, take: 10 }, signal });
      if (jobs.length === 0) {
        put(node, el("p", { class: "quiet" }, "There are none. They are forgotten some time after their end."));
        return;
      }
      const rows = jobs.map((job) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, moment(job.created_at), el("span", { class: "second code" }, job.id)),
          el("td", {}, isOver(job) && job.type === "users_import" ? outcome(job) : state(job)),
          el("td", {}, last(job)),
        ),
      );
      put(
        node,
        table(
          caption,
          ["Made", "State", ""].map((text) => text || el("span", { class: "unseen" }, "More")),
          el("tbody", {}, rows),
          { caption: "unseen", class: "stacked" },
        ),
      );
    },
  };
}
