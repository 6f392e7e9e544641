// Hashes in the forms of identity providers, written from their documentation and, where it is public, their source, on
// standard output: Clerk, FusionAuth, Ory Kratos, and passwap (of ZITADEL). None of them runs here.
//
//     npm install bcryptjs@3.0.3
//     node make_vendor.mjs > vendor.json
//
// The three crypt(3) forms of Kratos come from Python's `crypt` (libxcrypt), called as `python3.11`. It stops at NUL.

import { execFileSync } from "node:child_process";
import { createHash, createHmac, pbkdf2Sync, scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const bcryptjs = require("bcryptjs");
const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;

const passwords = JSON.parse(readFileSync(new URL("passwords.json", import.meta.url), "utf8"));
const rows = [];

// Salts are made of the row's number, so that the file comes out the same each time.
const bytes = (label, count) => createHash("sha512").update(label).digest().subarray(0, count);
const digest = (name, ...parts) => parts.reduce((hash, part) => hash.update(part), createHash(name)).digest();
const hmac = (name, key, text) => createHmac(name, key).update(text).digest();
const b64 = (data) => Buffer.from(data).toString("base64");
const unpadded = (data) => b64(data).replaceAll("=", "");

/** One row for each password. `make` gives the hash, or an object with more members of the row. */
function each(scheme, make, members = {}) {
  for (const [index, password] of passwords.entries()) {
    const made = make(password, bytes(`${scheme} ${index}`, 16), index);
    if (made === undefined) continue;
    rows.push({ scheme, password, wrong: `x${password}`, ...(typeof made === "string" ? { hash: made } : made), ...members });
  }
}
const declared = { declared: true };

// --- Clerk: https://clerk.com/docs/reference/backend/user/create-user. The order of salt and password in `md5_salted`
// and `sha256_salted` is not published: both are here.

for (const [name, algorithm] of [["md5", "md5"], ["sha256", "sha256"]]) {
  each(`clerk-${name}-salted`, (p, s) => `${s.toString("hex")}$${digest(algorithm, s.toString("hex"), p).toString("hex")}`, declared);
  each(`clerk-${name}-salted-suffix`, (p, s) => `${s.toString("hex")}$${digest(algorithm, p, s.toString("hex")).toString("hex")}`, declared);
}
each("clerk-pbkdf2-sha1", (p, s, i) => {
  const iterations = 1 + i;
  // The salt is read as hex if it can be; without a length the key has 32 bytes.
  if (i % 3 === 0) return `pbkdf2_sha1$${iterations}$${s.toString("hex")}$${pbkdf2Sync(p, s, iterations, 20, "sha1").toString("hex")}$20`;
  const salt = i % 3 === 1 ? `salt ${i}` : s.toString("hex");
  const key = pbkdf2Sync(p, i % 3 === 1 ? salt : s, iterations, 32, "sha1").toString("hex");
  return `pbkdf2_sha1$${iterations}$${salt}$${key}`;
}, declared);
each("clerk-pbkdf2-sha256", (p, s, i) => `pbkdf2_sha256$${1 + i}$${b64(s)}$${b64(pbkdf2Sync(p, s, 1 + i, 32, "sha256"))}`, declared);
each("clerk-pbkdf2-sha512", (p, s, i) => `pbkdf2_sha512$${1 + i}$${s.toString("hex")}$${pbkdf2Sync(p, s.toString("hex"), 1 + i, 64, "sha512").toString("hex")}`);
each("clerk-pbkdf2-sha512-hex", (p, s, i) => `pbkdf2_sha512_hex$${1 + i}$${s.toString("hex")}$${pbkdf2Sync(p, s, 1 + i, 64, "sha512").toString("hex")}`);
// Symfony's MessageDigestPasswordHasher: each round hashes the digest and the salted password once more.
each("clerk-sha512-symfony", (p, s, i) => {
  const salted = `${p}{${s.toString("hex")}}`;
  let sum = digest("sha512", salted);
  for (let round = 1; round < 1 + i; round += 1) sum = digest("sha512", sum, salted);
  return `sha512_symfony$${1 + i}$${s.toString("hex")}$${b64(sum)}`;
});
each("clerk-bcrypt-peppered", (p, s, i) => `${bcryptjs.hashSync(`${p}pepper${i}`, 4)}$pepper${i}`, declared);

// --- FusionAuth: https://fusionauth.io/docs/reference/password-hashes. Salt and factor stand in columns of their own.

const iterated = (algorithm) => (p, s, i) => {
  let sum = Buffer.concat([Buffer.from(p), s]);
  for (let round = 0; round < 1 + i; round += 1) sum = digest(algorithm, sum);
  return { hash: b64(sum), context: { salt: b64(s), iterations: 1 + i } };
};
each("fusionauth-md5", iterated("md5"), declared);
each("fusionauth-sha256", iterated("sha256"), declared);
each("fusionauth-hmac-sha256", (p, s) => ({ hash: b64(hmac("sha256", s, p)), context: { salt: b64(s) } }), declared);
for (const [name, algorithm, length] of [["sha256", "sha256", 32], ["sha256-512", "sha256", 64], ["sha512", "sha512", 64]]) {
  each(`fusionauth-pbkdf2-${name}`, (p, s, i) => {
    const iterations = i === 0 ? 24_000 : 1 + i;
    return { hash: b64(pbkdf2Sync(p, s, iterations, length, algorithm)), context: { salt: b64(s), iterations } };
  }, declared);
}
// phpass with the salt's own eight characters, and crypt(3)'s little-endian base64.
const H64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
function h64(data) {
  let text = "";
  for (let at = 0; at < data.length; at += 3) {
    const group = data.subarray(at, at + 3);
    const value = group[0] | ((group[1] ?? 0) << 8) | ((group[2] ?? 0) << 16);
    for (let digit = 0; digit <= group.length; digit += 1) text += H64[(value >> (6 * digit)) & 63];
  }
  return text;
}
const portable = (algorithm, characters) => (p, s, i) => {
  const salt = s.toString("hex").slice(0, 8);
  let sum = digest(algorithm, salt, p);
  for (let round = 0; round < 1 + i; round += 1) sum = digest(algorithm, sum, p);
  return { hash: h64(sum).slice(0, characters), context: { salt: b64(salt), iterations: 1 + i } };
};
each("fusionauth-phpass-md5", portable("md5", 22), declared);
each("fusionauth-phpass-sha512", portable("sha512", 43), declared);

// --- Ory Kratos: hash/hash_comparator.go.

const TEMPLATES = ["{SALT}{PASSWORD}", "{PASSWORD}{SALT}", "$${SALT}$${PASSWORD}", "{SALT}-{PASSWORD}-{SALT}", "{password}{PASSWORD}"];
/** Both placeholders in one pass, as Go's strings.NewReplacer: what a salt or a password holds is not replaced again. */
function filled(template, salt, password) {
  const parts = template.split(/(\{SALT\}|\{PASSWORD\})/);
  return Buffer.concat(parts.map((part) => ({ "{SALT}": salt, "{PASSWORD}": Buffer.from(password) })[part] ?? Buffer.from(part)));
}
const templated = (name) => (p, s, i) => {
  const template = TEMPLATES[i % TEMPLATES.length];
  return `$${name}$pf=${b64(template)}$${b64(s)}$${b64(digest(name, filled(template, s, p)))}`;
};
each("kratos-digest", (p, s, i) => (i % 2 === 0 ? `$md5$${b64(digest("md5", p))}` : templated("md5")(p, s, i)));
for (const name of ["sha1", "sha256", "sha512"]) each("kratos-digest", templated(name));
for (const password of ["{SALT}", "{PASSWORD}", "x{SALT}{PASSWORD}{PASSWORD}"]) {
  const salt = Buffer.from("{PASSWORD} and {SALT}");
  const sum = digest("sha256", filled("{SALT}{PASSWORD}", salt, password));
  const hash = `$sha256$pf=${b64("{SALT}{PASSWORD}")}$${b64(salt)}$${b64(sum)}`;
  rows.push({ scheme: "kratos-digest", password, wrong: "{PASSWORD} and {SALT}", hash, note: "placeholders in salt and password" });
}
// The digest is the base64 of its own hex text.
const HMACS = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
each("kratos-hmac", (p, s, i) => {
  const name = HMACS[i % HMACS.length];
  return `$hmac-${name}$${b64(hmac(name, s, p).toString("hex"))}$${b64(s)}`;
});
// `ln` is N itself, and the base64 is padded.
each("kratos-scrypt", (p, s, i) => {
  const cost = 2 ** (1 + (i % 6));
  return `$scrypt$ln=${cost},r=${1 + (i % 8)},p=1$${b64(s)}$${b64(scryptSync(p, s, 32, { cost, blockSize: 1 + (i % 8) }))}`;
});
// `sha224` and `sha384` are SHA-3, under the name of SHA-2.
each("kratos-pbkdf2", (p, s, i) => {
  const [name, algorithm, length] = [["sha224", "sha3-224", 28], ["sha384", "sha3-384", 48], ["sha512", "sha512", 64], ["sha256", "sha256", 32], ["sha1", "sha1", 20]][i % 5];
  return `$pbkdf2-${name}$i=${1 + i},l=${length}$${unpadded(s)}$${unpadded(pbkdf2Sync(p, s, 1 + i, length, algorithm))}`;
}, declared);
const CRYPT = "import crypt, sys, warnings; print(crypt.crypt(sys.stdin.buffer.read().decode(), sys.argv[1]))";
const crypt = (password, setting) => execFileSync("python3.11", ["-W", "ignore", "-c", CRYPT, setting], { input: password, encoding: "utf8" }).trim();
each("kratos-crypt", (p, s, i) => {
  if (p.includes("\0")) return undefined;
  const salt = s.toString("hex").slice(0, 8);
  const [name, prefix] = [["$md5-crypt", "$1"], ["$sha256-crypt", "$5"], ["$sha512-crypt", "$6"]][i % 3];
  const setting = i % 3 === 0 ? `$1$${salt}` : `${prefix}$rounds=${1000 + i}$${salt}`;
  return name + crypt(p, setting).slice(prefix.length);
});

// --- passwap: md5salted/md5salted.go, scrypt/scrypt.go.

each("md5salted-passwap", (p, s, i) => {
  const salt = s.toString("hex");
  return i % 2 === 0
    ? `$md5salted-suffix$${salt}$${b64(digest("md5", p, salt))}`
    : `$md5salted-prefix$${salt}$${b64(digest("md5", salt, p))}`;
});
each("scrypt-passwap", (p, s, i) => {
  const log = 1 + (i % 6);
  return `$7$ln=${log},r=${1 + (i % 8)},p=1$${unpadded(s)}$${unpadded(scryptSync(p, s, 32, { cost: 2 ** log, blockSize: 1 + (i % 8) }))}`;
});

const made_by = `written from the specification, with Node ${process.version} and OpenSSL ${process.versions.openssl}, ` +
  `${version("bcryptjs")}, Python's crypt`;
console.log(`{"made_by": ${JSON.stringify(made_by)}, "rows": [\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}`);
