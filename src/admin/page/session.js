// Who is using the page, and how it asks the API.
//
// The token is kept in this variable and nowhere else: what a browser stores is shared with every other page of the
// same origin, and is written to disk.

let token = null;
let ended = () => {};

/** What the caller may do: the answer of `GET /caller`. */
export let caller = null;

/** Where the API is: one step above the page. */
const API = new URL("../", import.meta.url);

/** What the server has refused, and why. */
export class Refused extends Error {
  constructor(status, body, headers) {
    super(body?.message ?? `The server answered with the status ${status}.`);
    this.status = status;
    this.code = body?.errorCode ?? null;
    this.body = body ?? {};
    this.wait = Number(headers?.get("retry-after") ?? 0);
  }
}

/** Says whom to call when the session ends, with the reason. */
export function whenEnded(listener) {
  ended = listener;
}

/** Whether the token allows one of these. */
export function may(...scopes) {
  return scopes.some((scope) => caller?.scopes.includes(scope));
}

/** Begins with this token, if the server knows it. */
export async function begin(text) {
  // What cannot stand in a header cannot be a token.
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error("A token is letters, digits and signs without blanks.");
  token = text;
  try {
    caller = await ask("GET", "caller", { stays: true });
  } catch (error) {
    token = null;
    throw error;
  }
  return caller;
}

/** Forgets the token, and says why if it was not wished for. */
export function end(reason = null) {
  token = null;
  caller = null;
  ended(reason);
}

/** The address of something of the API, with a query. */
export function address(path, query = {}) {
  const url = new URL(path, API);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url;
}

export function authorization() {
  return `Bearer ${token}`;
}

/** The token, to be told apart from a later one. */
export function current() {
  return token;
}

export const pause = (millis, signal) =>
  new Promise((done, stop) => {
    const timer = setTimeout(done, millis);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      stop(signal.reason);
    });
  });

/** Asks, and gives the response. Waits where the server says that there were too many requests. */
export async function send(method, path, { query, body, signal, stays = false } = {}) {
  const used = token;
  const headers = { authorization: authorization() };
  if (body !== undefined) headers["content-type"] = "application/json";
  for (let attempt = 0; ; attempt += 1) {
    let response;
    try {
      response = await fetch(address(path, query), {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
      });
    } catch (error) {
      if (error.name === "AbortError" || signal?.aborted) throw error;
      throw new Error("The server cannot be reached. Look at the network, and try again.");
    }
    if (response.ok) return response;
    const refused = new Refused(response.status, await read(response), response.headers);
    if (refused.status === 429 && refused.wait > 0 && attempt < 5) {
      await pause(Math.min(refused.wait, 30) * 1000, signal);
      continue;
    }
    if (!stays) judge(refused, used);
    throw refused;
  }
}

/** Ends the session where it is its token that was refused, and not one before it. */
export function judge(refused, used) {
  if (used === null || used !== token) return;
  if (refused.status === 401) end("The token is not valid any more. Paste another one to go on.");
  if (refused.status === 403) end(`The token does not allow that. ${refused.message}`);
}

async function read(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** Asks, and gives what was answered: an object, or null where there is nothing. */
export async function ask(method, path, options = {}) {
  const response = await send(method, path, options);
  return response.status === 204 ? null : await response.json();
}

/** Has the browser keep what was sent as a file. */
export function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has begun to copy it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
