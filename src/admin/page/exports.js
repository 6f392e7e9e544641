// Exporting users: which fields, in which format, and the file.

import { alarm, button, el, field, fresh, put, tell, tick } from "./dom.js";
import { number } from "./format.js";
import { follow, isOver, recent, state } from "./jobs.js";
import { ask, caller, may } from "./session.js";

export const title = "Exports";

const GROUPS = [
  ["Who they are", ["user_id", "email", "email_verified", "username", "phone_number", "phone_verified"]],
  ["Names", ["name", "given_name", "family_name", "nickname", "picture"]],
  ["Migration", ["source", "legacy_id", "moved_at", "moved_by", "credential"]],
  ["Log-ins", ["last_login", "logins_count", "last_password_reset", "created_at", "updated_at", "blocked"]],
  ["More", ["user_metadata", "app_metadata", "identities", "identities[0].connection", "multifactor"]],
];
const USUAL = ["user_id", "email", "email_verified", "name", "source", "moved_at", "last_login"];

export async function show({ body, signal }) {
  if (!may("read:users")) {
    put(body, el("p", { class: "notice" }, "This token may not read users (read:users)."));
    return;
  }
  const said = el("div");
  const running = el("div");
  const old = recent("users_export", { caption: "Recent exports", signal, last: (job) => download(job, said) });
  const reload = () => old.load().catch((error) => !signal.aborted && put(said, alarm(error)));
  const make = async (wanted) => {
    put(said);
    const job = await ask("POST", "jobs/users-exports", { body: wanted, signal });
    const bar = el("progress", { max: "100", "aria-label": "Progress of the export" });
    const words = el("span", {}, "Waiting");
    put(running, el("p", { class: "notice" }, bar, " ", words));
    const each = (now) => {
      bar.value = now.percentage_done ?? 0;
      put(words, state(now));
    };
    const done = await follow(job.id, { signal, each });
    const isDone = done.status === "completed";
    const users = `${number(done.summary?.total ?? 0)} users`;
    put(
      running,
      el(
        "p",
        { class: `notice ${isDone ? "good" : "bad"}` },
        isDone ? `The file is made: ${users}. ` : `${state(done)} `,
        download(done, said),
      ),
    );
    tell(isDone ? `The export is made: ${users}.` : state(done));
    running.querySelector("button")?.focus();
    await reload();
  };
  put(
    body,
    said,
    form(make, said, signal),
    running,
    el(
      "section",
      { class: "card", "aria-labelledby": "recent-heading" },
      el("h2", { id: "recent-heading" }, "Recent exports"),
      old.node,
    ),
  );
  await reload();
}

function form(make, said, signal) {
  const name = fresh("format");
  const radio = (value, label, checked) => {
    const box = el("input", { type: "radio", name, value, id: fresh("format"), checked });
    return { box, node: el("div", { class: "tick" }, box, el("label", { for: box.id }, label)) };
  };
  const csv = radio("csv", "CSV, for a spreadsheet", true);
  const json = radio("json", "JSON, one user a line", false);
  const whole = radio("whole", "JSON of whole users, to be imported again (without passwords)", false);
  const boxes = [];
  const groups = GROUPS.map(([legend, fields]) =>
    el(
      "fieldset",
      {},
      el("legend", {}, legend),
      fields.map((path) => {
        const made = tick(path, { value: path, checked: USUAL.includes(path) });
        boxes.push(made.box);
        return made.node;
      }),
    ),
  );
  const others = el("input", {
    class: "code",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "user_metadata.plan, app_metadata.roles",
  });
  const limit = el("input", { type: "number", min: "1", step: "1", inputmode: "numeric" });
  const chosen = el("p", { class: "quiet", role: "status" });
  const all = (is) => () => {
    for (const box of boxes) box.checked = is;
    tally();
  };
  const paths = () => {
    const typed = others.value.split(",").map((path) => path.trim());
    return [...new Set([...boxes.filter((box) => box.checked).map((box) => box.value), ...typed])].filter(
      (path) => path !== "",
    );
  };
  const picker = el(
    "fieldset",
    { class: "picker" },
    el("legend", {}, "Fields"),
    el("p", { class: "actions" }, button("All", all(true)), button("None", all(false)), chosen),
    el("div", { class: "groups" }, groups),
    field(
      "Other fields, with commas between them",
      others,
      "Paths into metadata and identities, as in the query syntax.",
    ),
  );
  const tally = () => {
    picker.disabled = whole.box.checked;
    const most = csv.box.checked ? `, of ${number(caller.columns)} columns at most` : "";
    put(chosen, `${number(paths().length)} chosen${most}`);
  };
  const enter = el("button", { class: "main" }, "Make the export");
  const submit = async (event) => {
    event.preventDefault();
    const isWhole = whole.box.checked;
    const wanted = { format: csv.box.checked ? "csv" : "json" };
    if (!isWhole) {
      const fields = paths();
      if (fields.length === 0) return put(said, alarm({ message: "Choose a field at least." }));
      wanted.fields = fields.map((path) => ({ name: path }));
    }
    if (limit.value !== "") wanted.limit = Number(limit.value);
    enter.disabled = true;
    try {
      await make(wanted);
    } catch (error) {
      if (!signal.aborted) put(said, alarm(named(error, wanted)));
    } finally {
      enter.disabled = false;
    }
  };
  tally();
  return el(
    "form",
    { class: "card", on: { submit, change: tally, input: tally } },
    el("fieldset", {}, el("legend", {}, "Format"), csv.node, json.node, whole.node),
    picker,
    field("Users at most", limit, "Everybody if it is left empty."),
    enter,
  );
}

/** The error with the field that it is about, which the server points at and does not repeat. */
function named(error, { fields }) {
  const at = /^\/fields\/(\d+)\/name$/.exec(error.body?.pointer ?? "");
  return at ? { message: `${fields[Number(at[1])].name}: ${error.message}` } : error;
}

/** A link is good for some seconds, so each download asks for its own. */
function download(job, said) {
  if (!isOver(job) || job.status !== "completed") return null;
  const start = async () => {
    put(said);
    try {
      const { location } = await ask("GET", `jobs/${job.id}`);
      const link = el("a", { href: `../exports/${location.split("/").at(-1)}`, download: "" });
      link.click();
    } catch (error) {
      put(said, alarm(error));
    }
  };
  return button("Download", start, { "aria-label": `Download ${job.id}` });
}
