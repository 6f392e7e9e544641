// Known answers for the object `custom_password_hash` of Auth0's bulk import, on standard output. The digests, HMACs,
// PBKDF2, scrypt and the encodings of passwords are Node's own, which that service runs on.
//
//     npm install argon2@0.45.1 @node-rs/bcrypt@2.0.0
//     node --openssl-legacy-provider make_custom_password_hash.mjs > custom_password_hash.json
//
// The legacy provider of OpenSSL 3 has MD4, MDC2 and Whirlpool. The first eleven rows are the examples that Auth0's
// documentation prints; their passwords were found by trying.

import { createHash, createHmac, pbkdf2Sync, scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const argon2 = require("argon2");
const bcrypt = require("@node-rs/bcrypt");
const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;

const passwords = JSON.parse(readFileSync(new URL("passwords.json", import.meta.url), "utf8"));
const rows = [];
const add = (password, object, note) => {
  const row = { scheme: "custom-password-hash", password, wrong: `x${password}`, hash: JSON.stringify(object) };
  if (note) row.note = note;
  rows.push(row);
};

const bytes = (label, count) => createHash("sha512").update(label).digest().subarray(0, count);
const pick = (list, index) => list[index % list.length];
const write = {
  hex: (data) => data.toString("hex"),
  HEX: (data) => data.toString("hex").toUpperCase(),
  base64: (data) => data.toString("base64"),
  base64url: (data) => data.toString("base64url"),
};
/** A value and the encoding that its object names. */
const encoded = (spelling, data) => ({ value: write[spelling](data), encoding: spelling.startsWith("base64") ? "base64" : "hex" });
const unpadded = (data) => data.toString("base64").replaceAll("=", "");

// --- Auth0's own examples.

add("shh", { algorithm: "md4", hash: { value: "AbuUujgF0pPPkJPSFRTpmA==", encoding: "base64" } }, "antoinette");
add("shh", { algorithm: "sha256", hash: { value: "d24e794fce503c3ddb1cd1ba1dd5d9b250cf9917336a0316fefd87fecf79200f", encoding: "hex" }, salt: { value: "abc123", position: "prefix" } }, "mary");
add("shh", { algorithm: "bcrypt", hash: { value: "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG" } }, "velma");
add("hello", { algorithm: "bcrypt", hash: { value: "$2b$10$nFguVi9LsCAcvTZFKQlRKeLVydo8ETv483lkNsSFI/Wl1Rz1Ypo1K" } }, "the note on bcrypt");
add("shh", { algorithm: "argon2", hash: { value: "$argon2id$v=19$m=65536,t=2,p=1$J6Q/82PCyaNpYKRELJyTZg$m04qUAB8rexWDR4+/0f+SFB+4XMFxt7YAvAq2UycYos" } }, "edward");
add("shh", { algorithm: "pbkdf2", hash: { value: "$pbkdf2-md4$i=100000,l=64$+N375B8q0Fw$fp2R9KAM4hK/votGHC5Fu+jhqbxUD8+Nic/EMSGvNC3UP/k7wSHI0uXluHRSkZfl/BOheYqNOemayG90ZaSSQw", encoding: "utf8" } }, "terrell");
add("shh", { algorithm: "pbkdf2", hash: { value: "$pbkdf2-sha512$i=100000,l=64$KNyFsA2rWoE$I2CQGI9H0JxdDf3kERRI97kPCGxh0KWBIV3MxyaS191gDGfzVBGyS4BibhgqWQ0/ails8mHuU9ckASxHOOq58w", encoding: "utf8" } }, "cecil");
add("shh", { algorithm: "ldap", hash: { value: "{SSHA384}/cgEjdoZh85DhurDeOQEMO1rMlAur93SVPbYe5XSD4lF7nNuvrBju5hUeg9A6agRemgSXGl5YuE=", encoding: "utf8" } }, "sean");
add("test", { algorithm: "hmac", hash: { value: "cg7f42jH39/2EaAU4wNd4s2lKIk=", encoding: "base64", digest: "sha1", key: { value: "736868", encoding: "hex" } } }, "peter");
add("password", { algorithm: "scrypt", hash: { value: "097f6197e1b41538f723e32aa7a68e8d76227d8e432ce5faa4882a913032db29", encoding: "hex" }, salt: { value: "abc123", encoding: "utf8" }, keylen: 32, cost: 4096, blockSize: 8, parallelization: 1 }, "carmella");
add("password", { algorithm: "md5", hash: { value: "67A1E09BB1F83F5007DC119C14D663AA", encoding: "hex" }, salt: { value: "salt", position: "prefix" } }, "the schema's text");

// --- Digests: every algorithm with every encoding of the value, the salt and the password.

const PASSWORD_ENCODINGS = [undefined, "utf8", "ascii", "utf16le", "latin1", "ucs2", "binary"];
const SALTS = [undefined, "utf8", "base64", "hex", "default"];
let count = 0;
for (const algorithm of ["md4", "md5", "sha1", "sha256", "sha512"]) {
  for (const password of passwords) {
    count += 1;
    const object = { algorithm };
    const encoding = pick(PASSWORD_ENCODINGS, count);
    const typed = Buffer.from(password, encoding ?? "utf8");
    const saltEncoding = pick(SALTS, count);
    const position = pick([undefined, "suffix", "prefix"], count);
    const salt = saltEncoding ? bytes(`salt ${count}`, 9) : Buffer.alloc(0);
    const text = `sält ${count}`;
    const joined = ["utf8", "default"].includes(saltEncoding) ? Buffer.from(text) : salt;
    const input = position === "suffix" ? [typed, joined] : [joined, typed];
    object.hash = encoded(pick(Object.keys(write), count), createHash(algorithm).update(Buffer.concat(input)).digest());
    if (saltEncoding) {
      object.salt = { value: joined === salt ? salt.toString(saltEncoding) : text };
      if (saltEncoding !== "default") object.salt.encoding = saltEncoding;
      if (position) object.salt.position = position;
    }
    if (encoding) object.password = { encoding };
    add(password, object);
  }
}

// --- HMAC: nine digests, four kinds of key.

for (const digest of ["md4", "md5", "ripemd160", "sha1", "sha224", "sha256", "sha384", "sha512", "whirlpool"]) {
  for (const [at, keyEncoding] of [undefined, "utf8", "base64", "hex"].entries()) {
    count += 1;
    const password = pick(passwords, count);
    const encoding = pick(PASSWORD_ENCODINGS, count);
    const secret = at < 2 ? Buffer.from(`ключ ${count}`) : bytes(`key ${count}`, 20 + 40 * at);
    const sum = createHmac(digest, secret).update(Buffer.from(password, encoding ?? "utf8")).digest();
    const key = { value: at < 2 ? secret.toString() : secret.toString(keyEncoding) };
    if (keyEncoding) key.encoding = keyEncoding;
    const object = { algorithm: "hmac", hash: { ...encoded(pick(Object.keys(write), count), sum), digest, key } };
    if (encoding) object.password = { encoding };
    add(password, object);
  }
}

// --- PBKDF2: the 33 names that OpenSSL 1.1 has for its digests.

const DIGESTS = `md4 md5 mdc2 ripemd ripemd160 rmd160 sha1 sha224 sha256 sha384 sha512 whirlpool ssl3-md5 ssl3-sha1
  RSA-MD4 RSA-MD5 RSA-MDC2 RSA-RIPEMD160 RSA-SHA1 RSA-SHA1-2 RSA-SHA224 RSA-SHA256 RSA-SHA384 RSA-SHA512
  md4WithRSAEncryption md5WithRSAEncryption mdc2WithRSA ripemd160WithRSA sha1WithRSAEncryption sha224WithRSAEncryption
  sha256WithRSAEncryption sha384WithRSAEncryption sha512WithRSAEncryption`.split(/\s+/);
for (const digest of DIGESTS) {
  count += 1;
  const password = pick(passwords, count);
  const encoding = pick(PASSWORD_ENCODINGS, count);
  const [salt, iterations, length] = [bytes(`salt ${count}`, 8), 1 + (count % 7), 16 + (count % 60)];
  const key = pbkdf2Sync(Buffer.from(password, encoding ?? "utf8"), salt, iterations, length, digest);
  const hash = { value: `$pbkdf2-${digest}$i=${iterations},l=${length}$${unpadded(salt)}$${unpadded(key)}` };
  if (count % 2) hash.encoding = "utf8";
  add(password, encoding ? { algorithm: "pbkdf2", hash, password: { encoding } } : { algorithm: "pbkdf2", hash });
}
// Without parameters: 100,000 iterations, 64 bytes.
for (const parameters of ["i=3$", "l=64$", ""]) {
  const salt = bytes(`salt ${parameters}`, 8);
  const key = unpadded(pbkdf2Sync("by default", salt, parameters === "i=3$" ? 3 : 100_000, 64, "sha512"));
  add("by default", { algorithm: "pbkdf2", hash: { value: `$pbkdf2-sha512$${parameters}${unpadded(salt)}$${key}` } }, "parameters left out");
}

// --- LDAP: RFC 2307, with and without salt.

const LDAP = { MD5: "md5", SHA: "sha1", SHA224: "sha224", SHA256: "sha256", SHA384: "sha384", SHA512: "sha512" };
for (const [name, algorithm] of Object.entries(LDAP)) {
  for (const salted of [false, true, true]) {
    count += 1;
    const password = pick(passwords, count);
    const salt = salted ? bytes(`salt ${count}`, 4 + (count % 13)) : Buffer.alloc(0);
    const sum = createHash(algorithm).update(password).update(salt).digest();
    const scheme = salted ? `S${name}` : name;
    const hash = { value: `{${count % 2 ? scheme : scheme.toLowerCase()}}${Buffer.concat([sum, salt]).toString("base64")}`, encoding: "utf8" };
    add(password, { algorithm: "ldap", hash });
  }
}

// --- bcrypt with a salt of the table's own, before and behind the password; the 72 bytes count both.

for (const [index, password] of passwords.entries()) {
  const position = pick(["prefix", "suffix", undefined], index);
  const encoding = pick([undefined, "utf8", "utf16le", "latin1"], index);
  const typed = Buffer.from(password, encoding ?? "utf8");
  const salt = bytes(`bcrypt ${index}`, 6);
  const joined = Buffer.concat(position === "suffix" ? [typed, salt] : [salt, typed]);
  const object = { algorithm: "bcrypt", hash: { value: bcrypt.hashSync(joined, { cost: 4 }) }, salt: { value: salt.toString("hex"), encoding: "hex" } };
  if (position) object.salt.position = position;
  if (encoding) object.password = { encoding };
  add(password, object);
}

// --- Argon2, as libsodium verifies it; scrypt.

for (const [index, password] of passwords.entries()) {
  const type = index % 2 ? argon2.argon2i : argon2.argon2id;
  // npm's argon2 writes m,p,t, which libsodium refuses.
  const value = (await argon2.hash(password, { type, memoryCost: 64, timeCost: 3, parallelism: 1 })).replace(/m=(\d+),p=(\d+),t=(\d+)/, "m=$1,t=$3,p=$2");
  add(password, { algorithm: "argon2", hash: { value, encoding: "utf8" } });

  const [cost, blockSize, parallelization, keylen] = [2 ** (1 + (index % 6)), 1 + (index % 8), 1 + (index % 3), 16 + index];
  const salt = bytes(`scrypt ${index}`, 12);
  const encoding = pick(PASSWORD_ENCODINGS, index);
  const key = scryptSync(Buffer.from(password, encoding ?? "utf8"), salt, keylen, { cost, blockSize, parallelization });
  const object = { algorithm: "scrypt", hash: encoded(pick(Object.keys(write), index), key), salt: { value: salt.toString("base64"), encoding: "base64" }, keylen, cost, blockSize, parallelization };
  if (encoding) object.password = { encoding };
  add(password, object);
}
const key = scryptSync("by default", "NaCl", 64);
add("by default", { algorithm: "scrypt", hash: encoded("hex", key), salt: { value: "NaCl" }, keylen: 64 }, "the default cost");

const made_by = `Node ${process.version} with OpenSSL ${process.versions.openssl}, ${version("argon2")}, ${version("@node-rs/bcrypt")}`;
console.log(`{"made_by": ${JSON.stringify(made_by)}, "rows": [\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}`);
