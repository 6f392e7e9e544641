// What the reference product's own client of the seventh generation does, against the address and with the token given.

import assert from "node:assert/strict";
import { ManagementClient } from "auth0";

const [domain, token] = process.argv.slice(2);
const client = new ManagementClient({ domain, token });

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
const done = async (job) => {
  while (["pending", "processing"].includes(job.status)) {
    await pause();
    job = await client.jobs.get(job.id);
  }
  return job;
};
const refused = (promise, statusCode, message) =>
  assert.rejects(promise, (error) => {
    assert.deepEqual([error.statusCode, error.body.message], [statusCode, message]);
    return true;
  });

const connections = [];
for await (const connection of await client.connections.list({ strategy: ["auth0"] })) connections.push(connection);
assert.deepEqual(connections.map(({ name }) => name), ["customers"]);
const [connection] = connections;

const people = Array.from({ length: 60 }, (_, number) => ({ email: `user${number}@x.io`, user_id: `${number}` }));
const users = new Blob([JSON.stringify([...people, { email: "no address" }])], { type: "application/json" });
let job = await client.jobs.usersImports.create({ users, connection_id: connection.id, external_id: "first" });
assert.deepEqual([job.status, job.type], ["pending", "users_import"]);
job = await done(job);
assert.deepEqual(job.summary, { failed: 1, updated: 0, inserted: 60, total: 61 });
const errors = await client.jobs.errors.get(job.id);
assert.deepEqual([errors.length, errors[0].user.email, errors[0].errors[0].path], [1, "no address", "email"]);
const one = new Blob(['[{"email": "one@x.io"}]']);
const clean = await done(await client.jobs.usersImports.create({ users: one, connection_id: connection.id }));
assert.equal(await client.jobs.errors.get(clean.id), undefined);
await refused(client.jobs.get("job_0000000000000000"), 404, "Job not found");

const { location } = await done(await client.jobs.usersExports.create({ connection_id: connection.id, format: "json", limit: 5 }));
const file = new Uint8Array(await (await fetch(location)).arrayBuffer());
assert.deepEqual([...file.slice(0, 2)], [0x1f, 0x8b]);

// The pager goes on until a page says that there is no more.
const emails = [];
for await (const user of await client.users.list({ per_page: 25, q: 'email.domain:"x.io"', sort: "email:1" })) {
  emails.push(user.email);
}
assert.deepEqual([emails.length, new Set(emails).size], [61, 61]);

const person = { connection: "customers", email: "ada@example.com", password: "difference engine" };
const user = await client.users.create(person);
await refused(client.users.create(person), 409, "The user already exists.");
const id = user.user_id;
assert.equal((await client.users.get(id)).email, "ada@example.com");
await client.users.update(id, { user_metadata: { a: 1 } });
assert.deepEqual((await client.users.update(id, { user_metadata: { b: 2 } })).user_metadata, { a: 1, b: 2 });
const [found] = await client.users.listUsersByEmail({ email: "ada@example.com" });
assert.equal(found.user_id, id);
const { ticket } = await client.tickets.changePassword({ user_id: id, ttl_sec: 60 });
assert.match(ticket, /^https:\/\/shop\.example\/reset\?ticket=/);
assert.deepEqual((await client.userBlocks.list(id)).blocked_for, []);
await client.userBlocks.delete(id);
const linked = await client.users.identities.link(id, { provider: "auth0", user_id: "7" });
assert.equal(linked[1].user_id, "7");
assert.equal((await client.users.identities.delete(id, "auth0", "7")).length, 1);
assert.equal((await client.users.get("auth0|7")).email, "user7@x.io");
await client.users.delete(id);
await refused(client.users.get(id), 404, "The user does not exist.");
await client.connections.users.deleteByEmail(connection.id, { email: "user1@x.io" });
await refused(client.users.get("auth0|1"), 404, "The user does not exist.");
await refused(new ManagementClient({ domain, token: "wrong" }).users.get(id), 401, "Invalid token.");
console.log("done");
