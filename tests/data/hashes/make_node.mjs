// Known answers from npm's argon2 and bcryptjs, on standard output.
//
//     npm install argon2@0.45.1 bcryptjs@3.0.3
//     node make_node.mjs > node.json
//
// npm's argon2 writes its parameters as m,p,t, which five other implementations refuse.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const argon2 = require("argon2");
const bcryptjs = require("bcryptjs");
const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;

const passwords = JSON.parse(readFileSync(new URL("passwords.json", import.meta.url), "utf8"));
const twin = (password) => `x${password}`;
const rows = [];
const add = (scheme, password, hash) => rows.push({ scheme, password, wrong: twin(password), hash });

for (const password of passwords) {
  add("bcrypt", password, bcryptjs.hashSync(password, 4));
  for (const type of [argon2.argon2d, argon2.argon2i, argon2.argon2id]) {
    add("argon2", password, await argon2.hash(password, { type, memoryCost: 64, timeCost: 2, parallelism: 2 }));
  }
}
add("argon2", "associated", await argon2.hash("associated", { memoryCost: 64, associatedData: Buffer.from("data") }));

const made_by = `Node ${process.version}, ${version("argon2")}, ${version("bcryptjs")}`;
console.log(JSON.stringify({ made_by, rows }, null, 1));
