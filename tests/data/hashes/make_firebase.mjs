// Known answers from npm's firebase-scrypt, in the six spellings that the hash of one user has, on standard output.
//
//     npm install firebase-scrypt@2.2.0
//     node make_firebase.mjs > firebase.json
//
// Firebase exports digest and salt of a user, and the four parameters of a project apart. Which system writes them into
// which text: Ory Kratos `$firescrypt$`, passwap `$firebasescrypt$`, Supabase `$fbscrypt$`, SuperTokens `$f_scrypt$`
// (its signer key stands in the configuration), WorkOS `$firebase-scrypt$`, Clerk the bare fields. The package refuses
// an empty password, as Firebase does.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const { FirebaseScrypt } = require("firebase-scrypt");
const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;

const passwords = JSON.parse(readFileSync(new URL("passwords.json", import.meta.url), "utf8"));
const rows = [];

// Salts and keys are made of the row's number, so that the file comes out the same each time.
const bytes = (label, count) => createHash("sha512").update(label).digest().subarray(0, count);
const urlSafe = (text) => text.replaceAll("+", "-").replaceAll("/", "_");

const FORMS = {
  kratos: (f) => `$firescrypt$ln=${f.cost},r=${f.rounds},p=1$${f.salt}$${f.hash}$${f.separator}$${f.signer}`,
  passwap: (f) => `$firebasescrypt$ln=${f.cost},r=${f.rounds}$${urlSafe(f.salt)}$${urlSafe(f.hash)}$${f.separator}$${urlSafe(f.signer)}`,
  supabase: (f) => `$fbscrypt$v=1,n=${f.cost},r=${f.rounds},p=1,ss=${f.separator},sk=${f.signer}$${f.salt}$${f.hash}`,
  supertokens: (f) => `$f_scrypt$${f.hash}$${f.salt}$m=${f.cost}$r=${f.rounds}$s=${f.separator}`,
  workos: (f) => `$firebase-scrypt$hash=${f.hash}$salt=${f.salt}$sk=${f.signer}$ss=${f.separator}$r=${f.rounds}$m=${f.cost}`,
  clerk: (f) => `${f.hash}$${f.salt}$${f.signer}$${f.separator}$${f.rounds}$${f.cost}`,
};

async function add(form, password, cost, rounds, note) {
  const label = `${form} ${rows.length}`;
  const signer = bytes(`signer ${label}`, 64).toString("base64");
  const salt = bytes(`salt ${label}`, 10).toString("base64");
  const separator = "Bw==";
  const scrypt = new FirebaseScrypt({ memCost: cost, rounds, saltSeparator: separator, signerKey: signer });
  const hash = await scrypt.hash(password, salt);
  const row = { scheme: "firebase-scrypt", password, wrong: `x${password}` };
  row.hash = FORMS[form]({ hash, salt, signer, separator, rounds, cost });
  if (form === "clerk") row.declared = true;
  if (form === "supertokens") row.context = { key: signer };
  if (note) row.note = note;
  rows.push(row);
}

for (const form of Object.keys(FORMS)) {
  for (const [index, password] of passwords.entries()) {
    if (password !== "") await add(form, password, 2 + (index % 5), 1 + (index % 8));
  }
  await add(form, "at Firebase's cost", 14, 8, `${form}: the default cost`);
}

const made_by = `Node ${process.version}, ${version("firebase-scrypt")}`;
console.log(`{"made_by": ${JSON.stringify(made_by)}, "rows": [\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}`);
