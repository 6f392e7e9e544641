// Known answers from Better Auth, oslo and passport-local-mongoose, on standard output.
//
//     npm install better-auth@1.7.25 oslo@1.2.1 mongoose@9 plm-9@npm:passport-local-mongoose@9.2.0 \
//       plm-8@npm:passport-local-mongoose@8.0.0 plm-3@npm:passport-local-mongoose@3.1.0
//     node make_javascript.mjs > javascript.json
//
// Better Auth and oslo hash the text of the salt in hex, and their one cost cannot be lowered. Releases of
// passport-local-mongoose before 2 had no digest to choose and took Node's of that time, SHA-1: their rows are made by
// release 3 with that digest. It refuses an empty password.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const require = createRequire(process.cwd() + "/");
const betterAuth = await import(pathToFileURL("node_modules/better-auth/dist/crypto/index.mjs"));
const { Scrypt } = await import(pathToFileURL("node_modules/oslo/dist/password/index.js"));
const mongoose = require("mongoose");
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;

const passwords = JSON.parse(readFileSync(new URL("passwords.json", import.meta.url), "utf8"));
const base64 = (text) => Buffer.from(text).toString("base64");
const rows = [];

for (const [index, password] of passwords.entries()) {
  const hash = index % 3 === 0 ? await new Scrypt().hash(password) : await betterAuth.hashPassword(password);
  rows.push({ scheme: "better-auth-scrypt", password, wrong: `x${password}`, hash, declared: true });
}
// NFKC: a ligature and a decomposed letter are hashed as their plain forms.
for (const [password, typed] of [["ﬁle e\u0301", "file \u00e9"], ["ｆｕｌｌ width ①", "full width 1"]]) {
  const hash = await betterAuth.hashPassword(password);
  rows.push({ scheme: "better-auth-scrypt", password: typed, wrong: `x${typed}`, hash, declared: true, note: "NFKC" });
}

/** A model with the plugin. */
function model(release, name, options) {
  const plugin = require(release);
  const schema = new mongoose.Schema({});
  schema.plugin(plugin.default ?? plugin, options);
  return mongoose.model(name, schema);
}

/** Releases up to 4 call back, later ones promise. */
async function setPassword(user, release, password) {
  if (release === "plm-3") await promisify(user.setPassword.bind(user))(password);
  else await user.setPassword(password);
}

const DIGESTS = {
  "passport-local-mongoose": ["plm-9", {}],
  "passport-local-mongoose-sha1": ["plm-3", { digestAlgorithm: "sha1" }],
  "passport-local-mongoose-sha512": ["plm-8", { digestAlgorithm: "sha512" }],
};
for (const [scheme, [release, options]] of Object.entries(DIGESTS)) {
  for (const cost of [{ iterations: 10 }, {}]) {
    const Model = model(release, `${scheme} ${cost.iterations}`, { ...options, ...cost });
    for (const password of cost.iterations ? passwords : ["at the default cost"]) {
      if (password === "") continue;
      const user = new Model({ username: "ada" });
      await setPassword(user, release, password);
      const context = { salt: base64(user.get("salt")), ...cost };
      const row = { scheme, password, wrong: `x${password}`, hash: user.get("hash"), declared: true, context };
      if (!cost.iterations) row.note = "the default cost";
      rows.push(row);
    }
  }
}

const releases = ["plm-9", "plm-8", "plm-3"].map(version).join(", ");
const made_by = `Node ${process.version}, better-auth ${version("better-auth")}, oslo ${version("oslo")}, ` +
  `passport-local-mongoose ${releases}`;
console.log(`{"made_by": ${JSON.stringify(made_by)}, "rows": [\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}`);
process.exit();
