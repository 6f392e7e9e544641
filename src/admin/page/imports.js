// Importing files: dropped or chosen, one after the other, as a dry run first.

import { alarm, button, choice, el, field, put, tell, tick } from "./dom.js";
import { bytes, plain, visible } from "./format.js";
import { faultList } from "./faults.js";
import { cancel, follow, isOver, outcome, recent, report, state } from "./jobs.js";
import { ask, caller, may } from "./session.js";
import { upload } from "./upload.js";

export const title = "Imports";

/** Files that were given, whichever view is shown: leaving it stops none of them. */
const queue = [];
const queued = el("ul", { class: "queue", "aria-label": "Files" });
let isWorking = false;
let changed = () => {};
/** The last button that stops an import and was pressed: one that is disabled has lost the focus. */
let pressed = null;

/** Goes on with files that wait for a token. */
export function resume() {
  for (const item of queue) if (item.state === "refused") item.again();
  work();
}

/** Lets all files go, and stops the one that is being sent. */
export function forget() {
  for (const item of [...queue]) item.remove();
}

async function work() {
  if (isWorking) return;
  isWorking = true;
  try {
    for (;;) {
      const next = queue.find((item) => item.state === "waiting");
      if (!next || !caller) break;
      await next.run();
      changed();
    }
  } finally {
    isWorking = false;
  }
}

class Item {
  constructor(file, options) {
    Object.assign(this, { file, options, state: "waiting", stop: new AbortController() });
    this.words = el("span", { class: "state" });
    this.bar = el("progress", { max: "100", "aria-label": `Progress of ${visible(file.name)}` });
    this.buttons = el("span", { class: "actions" });
    this.node = el(
      "li",
      {},
      el("span", { class: "name" }, plain(file.name), " ", el("span", { class: "quiet" }, bytes(file.size))),
      el("span", { class: "kind" }, options.dry_run ? "Dry run" : "For real"),
      this.bar,
      this.words,
      this.buttons,
    );
    this.show("Waiting", null);
  }

  show(text, percent) {
    put(this.words, text);
    this.bar.hidden = percent === null;
    if (percent !== null) this.bar.value = percent;
    this.offer();
  }

  /** What can be done with it now. Buttons stay as they are while nothing changes, or the focus would be lost. */
  offer() {
    const { job } = this;
    const stage = `${this.state} ${job?.status}`;
    if (stage === this.stage) return;
    this.stage = stage;
    const held = this.buttons.contains(document.activeElement) || this.buttons.contains(pressed);
    const isDone = this.state === "done";
    const isSending = this.state === "running" && !job;
    const isImporting = this.state === "running" && job && !isOver(job);
    const real = isDone && job.dry_run && job.status === "completed" && job.summary.inserted + job.summary.updated > 0;
    put(
      this.buttons,
      real ? button("Import for real", () => this.forReal(), { class: "main" }) : null,
      isDone
        ? el(
            "a",
            { href: `#/imports/${job.id}` },
            (job.summary?.failed ?? 0) > 0 ? "See what was refused" : "See the report",
          )
        : null,
      isImporting ? stopper(job.id, (error) => this.show(error.message, null)) : null,
      this.state === "failed" ? button("Try again", () => this.again()) : null,
      button(isSending ? "Stop" : "Remove", () => this.remove(), {
        "aria-label": `${isSending ? "Stop" : "Remove"} ${visible(this.file.name)}`,
      }),
    );
    if (held && document.activeElement === document.body) this.buttons.querySelector("button, a")?.focus();
  }

  async run() {
    const { file, options } = this;
    const { signal } = this.stop;
    this.state = "running";
    const most = caller.upload_bytes;
    try {
      // A server that closes on what is too long gives browsers no answer to read.
      if (file.size > most)
        throw new Error(`The file has ${bytes(file.size)}. The server takes ${bytes(most)} at most.`);
      if (file.size === 0) throw new Error("The file is empty.");
      this.show("Sending", 0);
      const fields = { connection_id: caller.connection.id, send_completion_email: "false" };
      for (const [name, value] of Object.entries(options)) if (value !== "") fields[name] = String(value);
      const sent = (share) => this.show(share < 1 ? "Sending" : "Sent, being kept", share * 100);
      const waits = () => this.show("Waiting for other imports", 0);
      this.job = await upload(file, fields, { sent, waits, signal });
      this.job = await follow(this.job.id, { signal, each: (job) => this.show(state(job), job.percentage_done ?? 0) });
      this.state = "done";
      this.show(outcome(this.job), null);
      tell(`${visible(file.name)}: ${outcome(this.job)}`);
    } catch (error) {
      if (signal.aborted) return;
      this.state = error.status === 401 || error.status === 403 ? "refused" : "failed";
      this.show(this.state === "refused" ? "Waiting for another token" : error.message, null);
      this.words.classList.toggle("bad", this.state === "failed");
      tell(`${visible(file.name)}: ${error.message}`);
    }
  }

  again() {
    this.state = "waiting";
    this.job = undefined;
    this.words.classList.remove("bad");
    this.show("Waiting", null);
    work();
  }

  forReal() {
    const real = new Item(this.file, { ...this.options, dry_run: false });
    queue.splice(queue.indexOf(this) + 1, 0, real);
    this.node.after(real.node);
    this.remove();
    real.node.querySelector("button")?.focus();
    work();
  }

  remove() {
    this.stop.abort();
    queue.splice(queue.indexOf(this), 1);
    const held = this.node.contains(document.activeElement);
    const near = this.node.nextElementSibling ?? this.node.previousElementSibling;
    this.node.remove();
    // The focus must not fall to the top of the page.
    if (held) (near?.querySelector("button, a") ?? document.getElementById("files"))?.focus();
  }
}

export async function show(place) {
  if (place.rest.length > 0) return showJob(place);
  const { body, signal } = place;
  const old = recent("users_import", {
    caption: "Recent imports",
    signal,
    last: (job) => el("a", { href: `#/imports/${job.id}`, "aria-label": `Report of ${job.id}` }, "Report"),
  });
  changed = () => {
    if (!signal.aborted) old.load().catch(() => {});
  };
  const said = el("div");
  const list = el(
    "section",
    { class: "card", "aria-labelledby": "recent-heading" },
    el("h2", { id: "recent-heading" }, "Recent imports"),
    said,
    old.node,
  );
  put(
    body,
    may("create:users") ? form() : el("p", { class: "notice" }, "This token may not import (create:users)."),
    queued,
    list,
  );
  await old.load().catch((error) => {
    if (!signal.aborted) put(said, alarm(error));
  });
}

/** What stops an import that waits or runs. */
function stopper(id, failed) {
  const node = button("Stop the import", async () => {
    pressed = node;
    node.disabled = true;
    try {
      // Whoever follows the job sees its end.
      await cancel(id);
    } catch (error) {
      node.disabled = false;
      node.focus();
      failed(error);
      tell(error.message);
    }
  });
  return node;
}

function form() {
  const files = el("input", { type: "file", id: "files", multiple: true });
  const format = choice([["", "Found by looking"], ...caller.formats.map((name) => [name, name])]);
  const dry = tick("Dry run first: everything is checked, nothing is written", { checked: true });
  const upsert = tick("Change users who are here already, never their passwords", {});
  const spare = tick("Of people who have moved by themselves, only fill in what is missing", { checked: true });
  const add = (list) => {
    const options = {
      dry_run: dry.box.checked,
      upsert: upsert.box.checked,
      spare_moved: spare.box.checked,
      format: format.value,
    };
    const added = [...list].map((file) => new Item(file, options));
    queue.push(...added);
    queued.append(...added.map((item) => item.node));
    if (added.length > 0) tell(added.length === 1 ? "One file was added." : `${added.length} files were added.`);
    work();
  };
  files.addEventListener("change", () => {
    add(files.files);
    // So that the same file can be chosen again after it was corrected.
    files.value = "";
  });
  const zone = el(
    "div",
    { class: "drop" },
    el("p", {}, "Drop files here, or choose them:"),
    field("Files with users", files),
  );
  const over = (is) => (event) => {
    event.preventDefault();
    zone.classList.toggle("over", is);
  };
  zone.addEventListener("dragenter", over(true));
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    add(event.dataTransfer.files);
  });
  return el(
    "section",
    { class: "card import", "aria-label": "Add files" },
    zone,
    el(
      "div",
      { class: "options" },
      field("Format", format),
      dry.node,
      upsert.node,
      spare.node,
      el(
        "p",
        { class: "hint" },
        `At most ${bytes(caller.upload_bytes)} a file. Packed files (gzip, zstd) are taken as they are.`,
      ),
    ),
  );
}

/** One import: what came of it, and what was refused. */
async function showJob({ body, signal, rest, call }) {
  const [id] = rest;
  if (!/^job_[A-Za-z0-9]{16}$/.test(id)) throw new Error("There is no such import.");
  call(`Import ${id}`);
  const details = el("div");
  const back = el("p", {}, el("a", { href: "#/imports" }, "All imports"));
  put(body, back, el("section", { class: "card", "aria-label": "Report" }, details));
  let job = await ask("GET", `jobs/${id}`, { signal });
  const wasRunning = !isOver(job);
  if (wasRunning) {
    const bar = el("progress", { max: "100", "aria-label": "Progress of the import" });
    const how = el("span");
    const said = el("div");
    const stop = may("create:users") ? stopper(id, (error) => put(said, alarm(error))) : null;
    put(details, el("p", {}, bar, " ", how), said, el("p", { class: "actions" }, stop));
    const each = (now) => {
      bar.value = now.percentage_done ?? 0;
      put(how, state(now));
    };
    job = await follow(id, { signal, each });
  }
  const held = pressed !== null && details.contains(pressed);
  put(details, el("p", { class: job.status === "failed" ? "notice bad" : "lead" }, outcome(job)), report(job));
  if (wasRunning) tell(outcome(job));
  if (held && document.activeElement === document.body) back.querySelector("a").focus();
  if ((job.summary?.failed ?? 0) > 0) body.append(await faultList(job, signal));
}
