// How numbers, dates and texts are shown.

import { el } from "./dom.js";

const numbers = new Intl.NumberFormat("en");
const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

export function number(value) {
  return numbers.format(value);
}

/** So many of something, with its plural where there is not one. */
export function count(value, one, many) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A share of a whole. Neither all nor nothing is claimed by rounding. */
export function share(part, whole) {
  if (whole === 0) return "–";
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.1) return "< 0.1 %";
  if (part < whole && percent > 99.9) return "> 99.9 %";
  return `${percent < 10 || percent > 90 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

export function bytes(value) {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let unit = 0;
  let size = value;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? number(size) : size.toFixed(1)} ${units[unit]}`;
}

/** A moment in the reader's own time zone, with the exact one in reach. */
export function moment(text) {
  if (!text) return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return plain(text);
  return el("time", { datetime: text, title: text }, dates.format(at));
}

/** A day of UTC, from its milliseconds. */
export function day(millis) {
  return days.format(new Date(millis));
}

const ODD = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text whose control characters and marks of direction are seen, and do nothing. */
export function visible(text) {
  return String(text).replace(ODD, (odd) => `⟨U+${odd.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

/** Somebody's own text, apart from what stands around it. */
export function plain(text) {
  if (text === null || text === undefined || text === "") return null;
  return el("bdi", { class: "own" }, visible(text));
}

/** JSON on lines, to be moved about by itself. */
export function json(value, label) {
  return el(
    "pre",
    { class: "json", tabindex: "0", role: "group", "aria-label": label, dir: "ltr" },
    visible(JSON.stringify(value, null, 2)),
  );
}

const WORDS = {
  adoption: "Another proof of identity",
  blocked: "Blocked there",
  change: "New password, chosen by its owner",
  delegated: "Password still at the legacy system",
  flagged: "Is here, and the password is still there",
  hash: "Password here",
  import: "Bulk import",
  log_in: "First log-in",
  no_password: "No usable password",
  none: "No password",
  not_seen: "Has not logged in yet",
  pending_password: "Must set a password",
  recovery: "Recovery",
  unidentified: "Not identified yet",
  unreadable: "Row cannot be read",
  unusable_hash: "Hash cannot be verified",
  write_back: "Signed up here, written back",
};

/** The name that programs use, in words. */
export function words(name) {
  return Object.hasOwn(WORDS, name) ? WORDS[name] : visible(name);
}
