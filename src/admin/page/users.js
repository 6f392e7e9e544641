// Finding users by the query syntax.

import { alarm, button, choice, el, field, fresh, put, table, tell } from "./dom.js";
import { moment, number, plain, visible, words } from "./format.js";
import { ask, may } from "./session.js";

export const title = "Users";

const TAKE = 25;
const SORTS = [
  ["", "By id"],
  ["created_at:-1", "Newest first"],
  ["created_at:1", "Oldest first"],
  ["last_login:-1", "Last log-in first"],
  ["logins_count:-1", "Most log-ins first"],
  ["email:1", "By e-mail address"],
  ["name:1", "By name"],
];
const EXAMPLES = [
  ["email:ada*", "addresses that begin so"],
  ['email.domain:"example.com"', "addresses of a domain"],
  ["source:* AND moved_by:log_in", "who moved by logging in"],
  ["credential:delegated", "whose password is still at the legacy system"],
  ["NOT _exists_:last_login", "who has never logged in"],
  ["logins_count:[100 TO *]", "who has logged in often"],
  ["blocked:true", "who is blocked"],
];

/** The address of a user's page. */
export function pageOf(id) {
  return `#/users/${encodeURIComponent(id)}`;
}

export async function show({ body, query, signal }) {
  if (!may("read:users")) {
    put(body, el("p", { class: "notice" }, "This token may not read users (read:users)."));
    return;
  }
  const said = el("div", { id: fresh("said") });
  const input = el("input", {
    type: "search",
    class: "code",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: "16384",
    value: query.get("q") ?? "",
  });
  const sort = choice(SORTS, query.get("sort") ?? "");
  const found = el("section", { "aria-label": "Users that were found" });
  const submit = (event) => {
    event?.preventDefault();
    const asked = new URLSearchParams();
    if (input.value.trim() !== "") asked.set("q", input.value);
    if (sort.value !== "") asked.set("sort", sort.value);
    // So that the browser's own way back leads to the search before.
    history.pushState(null, "", `#/users${asked.size > 0 ? `?${asked}` : ""}`);
    run();
  };
  const examples = EXAMPLES.map(([text, meaning]) => {
    const take = () => {
      input.value = text;
      submit();
    };
    return el("li", {}, button(text, take, { class: "code" }), ` ${meaning}`);
  });
  put(
    body,
    el(
      "form",
      { class: "card search", role: "search", on: { submit } },
      field("Search", input, "A name, an address, or a query: email:ada* AND NOT blocked:true"),
      field("Order", sort),
      el("button", { class: "main" }, "Find users"),
    ),
    said,
    el("details", { class: "examples" }, el("summary", {}, "Examples of queries"), el("ul", {}, examples)),
    found,
  );
  window.addEventListener(
    "popstate",
    () => {
      if (!location.hash.startsWith("#/users")) return;
      const asked = new URLSearchParams(location.hash.split("?", 2)[1] ?? "");
      input.value = asked.get("q") ?? "";
      sort.value = asked.get("sort") ?? "";
    },
    { signal },
  );

  let asking = new AbortController();
  signal.addEventListener("abort", () => asking.abort());
  async function run() {
    asking.abort();
    asking = new AbortController();
    input.removeAttribute("aria-invalid");
    put(said);
    try {
      await pages(found, { q: input.value.trim(), sort: sort.value }, asking.signal);
    } catch (error) {
      if (asking.signal.aborted) return;
      put(found);
      if (error.body?.parameter === "q") {
        input.setAttribute("aria-invalid", "true");
        put(said, fault(error, input));
      } else {
        put(said, alarm(error));
      }
    }
  }
  await run();
}

/** What is wrong with a query, with the place marked. */
function fault(error, input) {
  const what = error.message
    .replace(/^Query validation error: '(.*)' on property q\.$/s, "$1")
    .replace(/, at byte \d+$/, "");
  const sentence = what.charAt(0).toUpperCase() + what.slice(1);
  const { span } = error.body;
  if (!span) return alarm({ message: `${sentence}.` });
  const text = [...input.value.trim()];
  const part = (start, end) => visible(text.slice(start, end).join(""));
  const marked = part(span.start, span.end);
  const before = input.value.length - input.value.trimStart().length;
  const mark = () => {
    input.focus();
    const start = before + text.slice(0, span.start).join("").length;
    input.setSelectionRange(start, start + text.slice(span.start, span.end).join("").length);
  };
  return el(
    "div",
    { class: "notice bad", role: "alert" },
    el("p", {}, `${sentence}, at character ${span.start + 1}:`),
    el(
      "p",
      { class: "code pointed", dir: "ltr" },
      part(0, span.start),
      el("mark", {}, marked === "" ? "␣" : marked),
      part(span.end),
    ),
    button("Go there", mark),
  );
}

/** Pages of users, with the way to the next one and back. */
async function pages(found, asked, signal) {
  const starts = [null];
  let total = null;
  const go = async (moves) => {
    const from = starts.at(-1);
    const query = { ...asked, from, take: TAKE, include_totals: total === null ? "true" : null };
    const answer = await ask("GET", "users", { query, signal });
    total ??= answer.total ?? null;
    const first = (starts.length - 1) * TAKE;
    const range =
      answer.users.length === 0
        ? "Nobody was found"
        : `${number(first + 1)} to ${number(first + answer.users.length)} of ${number(total ?? 0)}`;
    const turn = (change) => async () => {
      change();
      await go(true).catch((error) => {
        if (!signal.aborted) put(found, alarm(error));
      });
    };
    const heading = el("h2", { tabindex: "-1" }, range);
    put(
      found,
      heading,
      answer.users.length === 0
        ? el("p", { class: "quiet" }, asked.q === "" ? "There are no users yet." : "No user matches this query.")
        : list(answer.users),
      el(
        "nav",
        { class: "actions", "aria-label": "Pages" },
        button(
          "Previous",
          turn(() => starts.pop()),
          { disabled: starts.length === 1 },
        ),
        button(
          "Next",
          turn(() => starts.push(answer.next)),
          { disabled: !answer.next },
        ),
      ),
    );
    if (moves) heading.focus();
    else tell(range);
  };
  await go(false);
}

function list(users) {
  const rows = users.map((user) => {
    const origin = user.waystation ?? {};
    const called = user.email ?? user.username ?? user.phone_number ?? user.user_id;
    return el(
      "tr",
      {},
      el(
        "th",
        { scope: "row" },
        el("a", { href: pageOf(user.user_id) }, plain(called)),
        user.name ? el("span", { class: "second" }, plain(user.name)) : null,
      ),
      el("td", {}, origin.source ? plain(origin.source) : el("span", { class: "quiet" }, "none known")),
      el(
        "td",
        {},
        origin.moved_at ? moment(origin.moved_at) : el("span", { class: "quiet" }, words(origin.credential ?? "none")),
        origin.moved_by ? el("span", { class: "second" }, words(origin.moved_by)) : null,
      ),
      el("td", { class: "wide" }, moment(user.last_login) ?? el("span", { class: "quiet" }, "never")),
    );
  });
  return table("Users", ["User", "From", "Moved", ["Last log-in", "wide"]], el("tbody", {}, rows), {
    caption: "unseen",
    class: "stacked",
  });
}
