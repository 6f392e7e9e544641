// The frame: asks for the token, shows the view that the address names, and moves the focus along.

import { alarm, el, field, put } from "./dom.js";
import { plain, visible } from "./format.js";
import * as session from "./session.js";
import * as exports from "./exports.js";
import * as imports from "./imports.js";
import * as person from "./person.js";
import * as progress from "./progress.js";
import * as users from "./users.js";

const main = document.getElementById("main");
const nav = document.getElementById("views");
const VIEWS = { progress, users, imports, exports };

/** Ends whatever the view before has begun. */
let leaving = new AbortController();

document.getElementById("skip").addEventListener("click", (event) => {
  // The address names a view, so the link must not change it.
  event.preventDefault();
  main.focus();
});
document.getElementById("leave").addEventListener("click", () => {
  // Whoever logs in next is not to see whose files these were.
  imports.forget();
  session.end();
});
window.addEventListener("hashchange", () => session.caller && show(true));
session.whenEnded(prompt);
prompt(null);

/** Asks for a token. */
function prompt(reason) {
  leaving.abort();
  for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
  nav.hidden = true;
  document.getElementById("caller").hidden = true;
  document.title = "Log in · Waystation";
  const input = el("input", {
    type: "password",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    required: true,
  });
  const said = el("div", {}, reason === null ? null : alarm({ message: reason }));
  const enter = el("button", { class: "main" }, "Log in");
  const submit = async (event) => {
    event.preventDefault();
    enter.disabled = true;
    put(said);
    try {
      await session.begin(input.value.trim());
    } catch (error) {
      const message = error.status === 401 ? "The server does not know this token." : error.message;
      put(said, alarm({ message }));
      input.select();
      input.focus();
      return;
    } finally {
      enter.disabled = false;
    }
    input.value = "";
    nav.hidden = false;
    document.getElementById("caller").hidden = false;
    put(document.getElementById("connection"), visible(session.caller.connection.name));
    imports.resume();
    show(true);
  };
  put(
    main,
    el(
      "form",
      { class: "card log-in", on: { submit } },
      el("h1", {}, "Log in"),
      said,
      field(
        "Bearer token",
        input,
        "It stays in the memory of this page, and is forgotten when the page is closed or loaded again.",
      ),
      enter,
    ),
  );
  input.focus();
}

/** Shows the view that the address names. */
function show(moves) {
  leaving.abort();
  leaving = new AbortController();
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [name, ...rest] = path.split("/");
  const known = Object.hasOwn(VIEWS, name) ? name : "progress";
  const view = known === "users" && rest.length > 0 ? person : VIEWS[known];
  for (const link of nav.querySelectorAll("a")) {
    const isHere = link.hash === `#/${known}`;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const heading = el("h1", { tabindex: "-1" }, view.title);
  const body = el("div", { class: "view" });
  put(main, heading, body);
  document.title = `${view.title} · Waystation`;
  if (moves) {
    window.scrollTo(0, 0);
    heading.focus();
  }
  const signal = leaving.signal;
  const place = {
    body,
    signal,
    rest: rest.map(decode),
    query: new URLSearchParams(query ?? ""),
    call(name) {
      put(heading, plain(name));
      document.title = `${visible(name)} · Waystation`;
    },
  };
  view.show(place).catch((error) => {
    if (!signal.aborted) body.prepend(alarm(error));
  });
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
