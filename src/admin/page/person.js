// One user: who they are, where they come from, and how and when they moved.

import { alarm, button, el, fresh, pairs, put, table, tell } from "./dom.js";
import { json, moment, number, plain, words } from "./format.js";
import { ask, may } from "./session.js";

export const title = "User";

export async function show(place) {
  const { body, signal, rest, call } = place;
  const path = `users/${encodeURIComponent(rest.join("/"))}`;
  const [user, migration] = await Promise.all([
    ask("GET", path, { signal }),
    ask("GET", `${path}/migration`, { signal }),
  ]);
  call(user.name ?? user.email ?? user.username ?? user.phone_number ?? user.user_id);
  const said = el("div");
  put(
    body,
    el("p", {}, el("a", { href: "#/users" }, "All users")),
    said,
    el(
      "div",
      { class: "columns" },
      card("Migration", origin(migration)),
      card("Profile", profile(user)),
      card("Identities", identities(user.identities ?? [])),
      card("Log-ins", logIns(user)),
    ),
    metadata("Metadata of the user's own", user.user_metadata),
    metadata("Metadata of the application", user.app_metadata),
    actions(user, path, said, place),
  );
}

function card(heading, ...children) {
  const id = fresh("heading");
  return el("section", { class: "card", "aria-labelledby": id }, el("h2", { id }, heading), children);
}

function origin({ source, legacy_id, moved_at, moved_by, credential, scheme, password_set_at }) {
  const sentence =
    moved_at !== null
      ? null
      : source === null
        ? "Is known from no legacy system: signed up here, or was imported without an id."
        : "Is known from the legacy system and has not moved: the password is still there.";
  return [
    sentence ? el("p", {}, sentence) : null,
    pairs([
      ["Came from", plain(source)],
      ["Id there", plain(legacy_id)],
      ["Moved", moment(moved_at)],
      ["By", moved_by ? words(moved_by) : null],
      ["Password", words(credential)],
      ["Hashed by", scheme ? (scheme === "unidentified" ? words(scheme) : plain(scheme)) : null],
      ["Chosen", moment(password_set_at)],
    ]),
  ];
}

function profile(user) {
  const mark = (is) => (is ? "verified" : "not verified");
  return pairs([
    ["Id", plain(user.user_id)],
    ["Name", plain(user.name)],
    ["Given name", plain(user.given_name)],
    ["Family name", plain(user.family_name)],
    ["Nickname", plain(user.nickname)],
    ["E-mail", user.email ? [plain(user.email), ` (${mark(user.email_verified)})`] : null],
    ["User name", plain(user.username)],
    ["Phone", user.phone_number ? [plain(user.phone_number), ` (${mark(user.phone_verified)})`] : null],
    // Not loaded: it would tell somebody else's server who is being looked at.
    ["Picture", plain(user.picture)],
    ["Second factors", (user.multifactor ?? []).length > 0 ? user.multifactor.map((kind) => plain(kind)) : null],
    ["Blocked", user.blocked ? "yes" : "no"],
  ]);
}

function logIns(user) {
  return pairs([
    ["Number", number(user.logins_count ?? 0)],
    ["Last", moment(user.last_login) ?? "never"],
    ["Account made", moment(user.created_at)],
    ["Last change", moment(user.updated_at)],
    ["Password chosen", moment(user.last_password_reset)],
  ]);
}

function identities(list) {
  const rows = list.map(({ connection, provider, user_id }) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, plain(connection)),
      el("td", {}, plain(provider)),
      el("td", {}, plain(user_id)),
    ),
  );
  return table("Accounts of this user", ["Connection", "Provider", "Id"], el("tbody", {}, rows), { caption: "unseen" });
}

function metadata(heading, value) {
  const isEmpty = Object.keys(value ?? {}).length === 0;
  return card(heading, isEmpty ? el("p", { class: "quiet" }, "There is none.") : json(value, heading));
}

function actions(user, path, said, place) {
  const block = async () => {
    try {
      await ask("PATCH", path, { body: { blocked: !user.blocked } });
    } catch (error) {
      put(said, alarm(error));
      return;
    }
    tell(user.blocked ? "The user is not blocked any more." : "The user is blocked.");
    await show(place);
    place.body.querySelector("#block")?.focus();
  };
  const remove = async () => {
    if (!(await confirmed(user))) return;
    try {
      await ask("DELETE", path);
    } catch (error) {
      put(said, alarm(error));
      return;
    }
    location.hash = "#/users";
    tell("The user is deleted.");
  };
  const buttons = [
    may("update:users") ? button(user.blocked ? "Unblock" : "Block", block, { id: "block" }) : null,
    may("delete:users") ? button("Delete…", remove, { class: "danger" }) : null,
  ];
  return buttons.some((made) => made) ? el("p", { class: "actions" }, buttons) : null;
}

/** Asks whether this user is to be deleted. */
function confirmed(user) {
  const id = fresh("heading");
  const dialog = el(
    "dialog",
    { "aria-labelledby": id },
    el("h2", { id }, "Delete this user?"),
    el("p", {}, plain(user.email ?? user.username ?? user.phone_number ?? user.user_id)),
    el("p", {}, "They cannot log in any more, and are not moved again from the legacy system. This cannot be undone."),
    el(
      "p",
      { class: "actions" },
      button("Keep", () => dialog.close("keep"), { autofocus: true }),
      button("Delete", () => dialog.close("delete"), { class: "danger" }),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "delete");
    });
  });
}
