// What the reference product's own client of the fourth generation does, against the address and with the token given.

import assert from "node:assert/strict";
import { ManagementClient } from "auth0";

const [domain, token] = process.argv.slice(2);
const client = new ManagementClient({ domain, token });

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
const done = async (job) => {
  while (["pending", "processing"].includes(job.status)) {
    await pause();
    ({ data: job } = await client.jobs.get({ id: job.id }));
  }
  return job;
};
const refused = (promise, statusCode, message) =>
  assert.rejects(promise, (error) => {
    assert.deepEqual([error.statusCode, error.msg], [statusCode, message]);
    return true;
  });

const [connection] = (await client.connections.getAll({ strategy: ["auth0"] })).data;
assert.equal(connection.name, "customers");

const people = Array.from({ length: 60 }, (_, number) => ({ email: `user${number}@x.io`, user_id: `${number}` }));
const users = new Blob([JSON.stringify([...people, { email: "no address" }])], { type: "application/json" });
let { data: job } = await client.jobs.importUsers({ users, connection_id: connection.id, external_id: "first" });
assert.deepEqual([job.status, job.type], ["pending", "users_import"]);
job = await done(job);
assert.deepEqual(job.summary, { failed: 1, updated: 0, inserted: 60, total: 61 });
const { data: errors } = await client.jobs.getErrors({ id: job.id });
assert.deepEqual([errors.length, errors[0].user.email, errors[0].errors[0].path], [1, "no address", "email"]);
const one = new Blob(['[{"email": "one@x.io"}]']);
const clean = await done((await client.jobs.importUsers({ users: one, connection_id: connection.id })).data);
const none = await client.jobs.getErrors({ id: clean.id });
assert.deepEqual([none.status, none.data], [204, undefined]);
await refused(client.jobs.get({ id: "job_0000000000000000" }), 404, "Job not found");

const exported = await client.jobs.exportUsers({ connection_id: connection.id, format: "csv", fields: [{ name: "email" }] });
const { location } = await done(exported.data);
const file = new Uint8Array(await (await fetch(location)).arrayBuffer());
assert.deepEqual([...file.slice(0, 2)], [0x1f, 0x8b]);

const seen = new Set();
let page = 0;
for (; ; page += 1) {
  const { data } = await client.users.getAll({ page, per_page: 25, include_totals: true, q: 'email.domain:"x.io"', sort: "email:1" });
  assert.equal(data.total, 61);
  if (data.users.length === 0) break;
  data.users.forEach((user) => seen.add(user.email));
}
assert.deepEqual([seen.size, page], [61, 3]);

const person = { connection: "customers", email: "ada@example.com", password: "difference engine" };
const { data: user } = await client.users.create(person);
await refused(client.users.create(person), 409, "The user already exists.");
const id = user.user_id;
assert.equal((await client.users.get({ id })).data.email, "ada@example.com");
await client.users.update({ id }, { user_metadata: { a: 1 } });
assert.deepEqual((await client.users.update({ id }, { user_metadata: { b: 2 } })).data.user_metadata, { a: 1, b: 2 });
const [found] = (await client.usersByEmail.getByEmail({ email: "ada@example.com" })).data;
assert.equal(found.user_id, id);
const { data: ticket } = await client.tickets.changePassword({ user_id: id, ttl_sec: 60 });
assert.match(ticket.ticket, /^https:\/\/shop\.example\/reset\?ticket=/);
assert.deepEqual((await client.userBlocks.get({ id })).data.blocked_for, []);
await client.userBlocks.delete({ id });
const { data: linked } = await client.users.link({ id }, { provider: "auth0", user_id: "7" });
assert.equal(linked[1].user_id, "7");
assert.equal((await client.users.unlink({ id, provider: "auth0", user_id: "7" })).data.length, 1);
assert.equal((await client.users.get({ id: "auth0|7" })).data.email, "user7@x.io");
await client.users.delete({ id });
await refused(client.users.get({ id }), 404, "The user does not exist.");
await client.connections.deleteUserByEmail({ id: connection.id, email: "user1@x.io" });
await refused(client.users.get({ id: "auth0|1" }), 404, "The user does not exist.");
await refused(new ManagementClient({ domain, token: "wrong" }).users.get({ id }), 401, "Invalid token.");
console.log("done");
