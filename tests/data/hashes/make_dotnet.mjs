// Known answers of ASP.NET, on standard output.
//
//   npm install aspnetcore-identity-password-hasher@1.0.1
//   node make_dotnet.mjs > dotnet.json
//
// Identity's version 2, and version 3 over SHA-256, are made by that package, a translation of Microsoft's
// `PasswordHasher`. The rest, which no package writes, is written from the specification over Node's own `crypto`.

import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const {
  PasswordHasher,
  PasswordHasherCompatibilityMode,
} = require("aspnetcore-identity-password-hasher/build/PasswordHasher");
const { version } = require("aspnetcore-identity-password-hasher/package.json");
const passwords = JSON.parse(fs.readFileSync(new URL("passwords.json", import.meta.url)));
const rows = [];

// A wrong password as near as can be: the first character changed.
const twin = (password) => (password ? String.fromCharCode(password.charCodeAt(0) ^ 1) + password.slice(1) : "x");

function add(scheme, password, hash, { context, declared, note } = {}) {
  const row = { scheme, password, wrong: twin(password), hash };
  rows.push({ ...row, ...(declared && { declared }), ...(context && { context }), ...(note && { note }) });
}

const utf16 = (text) => Buffer.from(text, "utf16le");
const digest = (name, ...parts) => crypto.createHash(name).update(Buffer.concat(parts)).digest();
const hmac = (name, key, message) => crypto.createHmac(name, key).update(message).digest();

function identity3(password, prf, iterations, saltBytes, keyBytes) {
  const salt = crypto.randomBytes(saltBytes);
  const key = crypto.pbkdf2Sync(password, salt, iterations, keyBytes, ["sha1", "sha256", "sha512"][prf]);
  const header = Buffer.alloc(13);
  header[0] = 1;
  [prf, iterations, saltBytes].forEach((number, index) => header.writeUInt32BE(number, 1 + 4 * index));
  return Buffer.concat([header, salt, key]).toString("base64");
}

// Identity. The version 2 has a thousand iterations always.
const version2 = new PasswordHasher(1000, PasswordHasherCompatibilityMode.IdentityV2);
const version3 = new PasswordHasher(10);
for (const password of passwords) {
  add("aspnet-identity", password, await version2.hashPassword(password), { note: "version 2" });
  add("aspnet-identity", password, await version3.hashPassword(password));
  for (const prf of [0, 2]) add("aspnet-identity", password, identity3(password, prf, 10, 16, 32));
}
for (const [prf, salt, key] of [[0, 16, 20], [1, 32, 64], [2, 128, 32]]) {
  const note = `salt ${salt}, key ${key}`;
  add("aspnet-identity", "odd lengths", identity3("odd lengths", prf, 10, salt, key), { note });
}
add("aspnet-identity", "at default cost", await new PasswordHasher().hashPassword("at default cost"), {
  note: "default cost until .NET 7",
});
add("aspnet-identity", "at default cost", identity3("at default cost", 2, 100_000, 16, 32), { note: "default cost" });

// The key of the keyed digests is the salt, repeated until it is as long as .NET's own keys are.
const repeated = (salt) => Buffer.alloc(64, salt);

// Membership: the salt stands in a column of its own.
for (const password of passwords) {
  const salt = crypto.randomBytes(16);
  // As the column holds it, which is in base64 already.
  const column = Buffer.from(salt.toString("base64"));
  const kept = { context: { salt: column.toString("base64") }, declared: true };
  const text = utf16(password);
  const legacy = digest("sha1", salt, text).toString("base64");
  add("aspnet-membership", password, legacy, { ...kept, note: "SHA1" });
  const keyed = hmac("sha256", repeated(salt), text).toString("base64");
  const decoded = { context: { salt: salt.toString("base64") }, declared: true };
  add("aspnet-membership", password, keyed, { ...kept, note: "HMACSHA256" });
  add("aspnet-membership", password, keyed, { ...decoded, note: "HMACSHA256, the salt decoded" });
  add("aspnet-membership-sha256", password, digest("sha256", salt, text).toString("base64"), kept);
  add("aspnet-membership-sha512", password, digest("sha512", salt, text).toString("base64"), kept);

  // Umbraco 6 to 8, whose salt stands in front, and Umbraco 4, whose key is the password.
  const prefix = salt.toString("base64");
  add("umbraco", password, prefix + keyed, { note: "HMACSHA256" });
  add("umbraco", password, prefix + legacy, { note: "SHA1" });
  const oldest = hmac("sha1", text, text).toString("base64");
  add("umbraco", password, oldest, { declared: true, note: "Umbraco 4" });
}

const made_by = `aspnetcore-identity-password-hasher ${version}; Node ${process.version} from the specification`;
console.log(JSON.stringify({ made_by, rows }, null, 1));
