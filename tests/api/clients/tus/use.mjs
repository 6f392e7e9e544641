// What the tus project's own client does: an upload in pieces that is broken off and gone on with, by another object that
// knows nothing but its address, and then imported.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as tus from "tus-js-client";

const [, token, address] = process.argv.slice(2);
const api = `http://${address}/api/v2`;
const headers = { Authorization: `Bearer ${token}` };
const people = Array.from({ length: 2_000 }, (_, number) => ({ email: `user${number}@x.io`, user_id: `${number}` }));
const text = Buffer.from(JSON.stringify(people));
const options = { endpoint: `${api}/uploads`, headers, chunkSize: 16_384, retryDelays: [0, 50] };

const uploaded = (more) =>
  new Promise((resolve, reject) => {
    const upload = new tus.Upload(text, {
      ...options,
      ...more,
      onError: reject,
      onSuccess: () => resolve(upload.url),
      onChunkComplete: (size, accepted) => {
        if (!more.uploadUrl && accepted >= text.length / 2) upload.abort().then(() => resolve(upload.url));
      },
    });
    upload.start();
  });

const half = await uploaded({});
const head = await fetch(half, { method: "HEAD", headers: { ...headers, "Tus-Resumable": "1.0.0" } });
const offset = Number(head.headers.get("Upload-Offset"));
assert.ok(offset >= text.length / 2 && offset < text.length, `${offset} of ${text.length}`);
const whole = await uploaded({ uploadUrl: half });
assert.equal(whole, half);

const [connection] = await (await fetch(`${api}/connections`, { headers })).json();
const form = new FormData();
form.set("connection_id", connection.id);
form.set("upload_id", whole.split("/").at(-1));
const submitted = await fetch(`${api}/jobs/users-imports`, { method: "POST", headers, body: form });
assert.equal(submitted.status, 202);
let job = await submitted.json();
while (["pending", "processing"].includes(job.status)) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  job = await (await fetch(`${api}/jobs/${job.id}`, { headers })).json();
}
assert.deepEqual(job.summary, { failed: 0, updated: 0, inserted: 2_000, total: 2_000 });

console.log("done");
