// Sends one file, and says how far it is.

import { Refused, address, authorization, current, judge, pause } from "./session.js";

/** How long it is waited while other imports are not over, in milliseconds. */
const BUSY = 2_000;

/**
 * Sends `file` as an import and gives the job. `sent` is called with the share that was sent, and `waits` while the server
 * has other imports to do.
 */
export async function upload(file, fields, { sent, waits, signal }) {
  for (;;) {
    const used = current();
    try {
      return await once(file, fields, { sent, signal });
    } catch (refused) {
      if (refused.status !== 429) {
        if (refused instanceof Refused) judge(refused, used);
        throw refused;
      }
      waits();
      await pause(refused.wait > 0 ? refused.wait * 1000 : BUSY, signal);
    }
  }
}

function once(file, fields, { sent, signal }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  // Behind the others, so that a server may look at them first.
  form.append("users", file, "users");
  const request = new XMLHttpRequest();
  return new Promise((done, stop) => {
    request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
      if (lengthComputable) sent(total === 0 ? 1 : loaded / total);
    });
    request.addEventListener("load", () => {
      if (request.status === 202) done(request.response);
      else stop(new Refused(request.status, request.response, { get: (name) => request.getResponseHeader(name) }));
    });
    const unreachable = () =>
      stop(new Error("The file was not sent: the connection broke, or the file was changed meanwhile."));
    request.addEventListener("error", unreachable);
    request.addEventListener("timeout", unreachable);
    request.addEventListener("abort", () => stop(new DOMException("stopped", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", address("jobs/users-imports"));
    request.responseType = "json";
    request.setRequestHeader("authorization", authorization());
    request.send(form);
  });
}
