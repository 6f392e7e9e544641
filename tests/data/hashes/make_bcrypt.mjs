// Known answers of bcryptjs beside plain bcrypt, on standard output.
//
//     npm install bcryptjs@3.0.3
//     node make_bcrypt.mjs > bcrypt_node.json
//
// `$2$` is the first version of the format: no NUL after the password. Meteor's clients send the SHA-256 of a password in
// hexadecimal, which its servers hash with bcrypt.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const bcryptjs = require("bcryptjs");
const version = JSON.parse(readFileSync("node_modules/bcryptjs/package.json")).version;

const passwords = JSON.parse(readFileSync(new URL("passwords.json", import.meta.url), "utf8"));
const rows = [];
const add = (scheme, password, hash, verify, more) => {
  const wrong = `x${password}`;
  if (!verify(password, hash) || verify(wrong, hash)) throw new Error(`${scheme} does not verify its own`);
  rows.push({ scheme, password, wrong, hash, ...more });
};

// `compareSync` knows no hash of 59 characters.
const again = (password, hash) => bcryptjs.hashSync(password, hash.slice(0, 28)) === hash;
for (const password of [...passwords, "abcabc", "é"]) {
  const hash = bcryptjs.hashSync(password, bcryptjs.genSaltSync(4).replace(/^\$2.\$/, "$2$"));
  add("bcrypt-2", password, hash, again);
}
add("bcrypt-2", "password", bcryptjs.hashSync("password", bcryptjs.genSaltSync(10).replace(/^\$2.\$/, "$2$")), again, {
  note: "default cost",
});

const sent = (password) => createHash("sha256").update(password).digest("hex");
for (const password of passwords) {
  const verify = (password, hash) => bcryptjs.compareSync(sent(password), hash);
  add("meteor-bcrypt", password, bcryptjs.hashSync(sent(password), 4), verify, { declared: true });
}
add("meteor-bcrypt", "password", bcryptjs.hashSync(sent("password"), 10), (password, hash) => bcryptjs.compareSync(sent(password), hash), {
  declared: true,
  note: "default cost",
});

console.log(JSON.stringify({ made_by: `Node ${process.version}, bcryptjs ${version}`, rows }, null, 1));
