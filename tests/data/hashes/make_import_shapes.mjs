// Objects in the shapes in which identity providers import hashes, written from their documentation, on standard output.
//
//     npm install argon2@0.45.1 bcryptjs@3.0.3 firebase-scrypt@2.2.0
//     node make_import_shapes.mjs > import_shapes.json
//
// Rows have a `shape` and its `json` instead of a scheme and a hash; `scheme` is the one that the object becomes. Where
// a provider does not say how a text is encoded, both readings are here.

import { createHash, pbkdf2Sync, scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const argon2 = require("argon2");
const bcryptjs = require("bcryptjs");
const { FirebaseScrypt } = require("firebase-scrypt");
const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;

const passwords = ["correct horse battery staple", "пароль-naïve-🔑", "a password of exactly seventy-two bytes, which is all that bcrypt reads."];
const rows = [];
const add = (shape, scheme, password, json, more = {}) => {
  rows.push({ shape, scheme, password, wrong: `x${password}`, json, ...more });
};
const bytes = (label, count) => createHash("sha512").update(label).digest().subarray(0, count);
const digest = (name, ...parts) => parts.reduce((hash, part) => hash.update(part), createHash(name)).digest();
const b64 = (data) => data.toString("base64");

for (const [index, password] of passwords.entries()) {
  const salt = bytes(`salt ${index}`, 16);
  const hex = salt.toString("hex");
  const bcrypt = bcryptjs.hashSync(password, 4);
  const id = (await argon2.hash(password, { memoryCost: 64, timeCost: 3, parallelism: 1, salt }));

  // Clerk
  const clerk = (password_hasher, scheme, password_digest) => add("clerk", scheme, password, { external_id: "1", password_hasher, password_digest });
  clerk("argon2id", "argon2", id);
  clerk("bcrypt", "bcrypt", bcrypt);
  clerk("bcrypt_peppered", "clerk-bcrypt-peppered", `${bcryptjs.hashSync(`${password}pepper`, 4)}$pepper`);
  clerk("bcrypt_sha256_django", "django-bcrypt-sha256", `bcrypt_sha256$${bcryptjs.hashSync(digest("sha256", password).toString("hex"), 4)}`);
  clerk("ldap_ssha", "ldap-ssha", `{SSHA}${b64(Buffer.concat([digest("sha1", password, salt), salt]))}`);
  clerk("md5", "md5", digest("md5", password).toString("hex"));
  clerk("md5_salted", "clerk-md5-salted", `${hex}$${digest("md5", hex, password).toString("hex")}`);
  clerk("pbkdf2_sha1", "clerk-pbkdf2-sha1", `pbkdf2_sha1$3$${hex}$${pbkdf2Sync(password, salt, 3, 32, "sha1").toString("hex")}`);
  clerk("pbkdf2_sha256", "clerk-pbkdf2-sha256", `pbkdf2_sha256$3$${b64(salt)}$${b64(pbkdf2Sync(password, salt, 3, 32, "sha256"))}`);
  clerk("pbkdf2_sha256_django", "django-pbkdf2-sha256", `pbkdf2_sha256$3$${hex}$${b64(pbkdf2Sync(password, hex, 3, 32, "sha256"))}`);
  clerk("pbkdf2_sha512", "clerk-pbkdf2-sha512", `pbkdf2_sha512$3$${hex}$${pbkdf2Sync(password, hex, 3, 64, "sha512").toString("hex")}`);
  clerk("pbkdf2_sha512_hex", "clerk-pbkdf2-sha512-hex", `pbkdf2_sha512_hex$3$${hex}$${pbkdf2Sync(password, salt, 3, 64, "sha512").toString("hex")}`);
  clerk("sha256", "sha256", digest("sha256", password).toString("hex"));
  clerk("sha256_salted", "clerk-sha256-salted", `${hex}$${digest("sha256", hex, password).toString("hex")}`);
  clerk("sha512_symfony", "clerk-sha512-symfony", `sha512_symfony$1$${hex}$${b64(digest("sha512", `${password}{${hex}}`))}`);
  add("clerk", "bcrypt", password, { passwordHasher: "bcrypt", passwordDigest: bcrypt });

  // Firebase: the export of the CLI, and of the Admin SDK, which writes base64 for URLs.
  const project = { algorithm: "SCRYPT", base64_signer_key: b64(bytes(`signer ${index}`, 64)), base64_salt_separator: "Bw==", rounds: 8, mem_cost: 4 };
  const scrypt = new FirebaseScrypt({ memCost: 4, rounds: 8, saltSeparator: "Bw==", signerKey: project.base64_signer_key });
  const passwordHash = await scrypt.hash(password, b64(salt));
  add("firebase", "firebase-scrypt", password, { localId: "1", passwordHash, salt: b64(salt) }, { project });
  const urlSafe = (text) => text.replaceAll("+", "-").replaceAll("/", "_");
  add("firebase", "firebase-scrypt", password, { uid: "1", passwordHash: urlSafe(passwordHash), passwordSalt: urlSafe(b64(salt)) }, { project });

  // FusionAuth
  const fusionauth = (encryptionScheme, scheme, hash, factor = 3, text = b64(salt)) => {
    add("fusionauth", scheme, password, { email: "a@example.com", encryptionScheme, factor, salt: text, password: hash });
  };
  let sum = Buffer.concat([Buffer.from(password), salt]);
  for (let round = 0; round < 3; round += 1) sum = digest("sha256", sum);
  fusionauth("salted-sha256", "fusionauth-sha256", b64(sum));
  fusionauth("salted-pbkdf2-hmac-sha256", "fusionauth-pbkdf2-sha256", b64(pbkdf2Sync(password, salt, 3, 32, "sha256")));
  fusionauth("bcrypt", "bcrypt", bcrypt.slice(29), 4, bcrypt.slice(7, 29));

  // Kratos
  const kratos = (scheme, hashed_password) => add("kratos", scheme, password, { schema_id: "default", credentials: { password: { config: { hashed_password } } } });
  kratos("bcrypt", bcrypt);
  kratos("kratos-scrypt", `$scrypt$ln=16,r=8,p=1$${b64(salt)}$${b64(scryptSync(password, salt, 32, { cost: 16 }))}`);
  const unpadded = (data) => b64(data).replaceAll("=", "");
  kratos("kratos-pbkdf2", `$pbkdf2-sha384$i=3,l=48$${unpadded(salt)}$${unpadded(pbkdf2Sync(password, salt, 3, 48, "sha3-384"))}`);
  kratos("ldap-ssha256", `{SSHA256}${b64(Buffer.concat([digest("sha256", password, salt), salt]))}`);
  add("kratos", "kratos-digest", password, { hashed_password: `$md5$${b64(digest("md5", password))}` });

  // Okta
  add("okta", "bcrypt", password, { algorithm: "BCRYPT", workFactor: 4, salt: bcrypt.slice(7, 29), value: bcrypt.slice(29) });
  for (const [algorithm, name] of [["MD5", "md5"], ["SHA-1", "sha1"], ["SHA-256", "sha256"], ["SHA-512", "sha512"]]) {
    add("okta", "custom-password-hash", password, { algorithm, value: b64(digest(name, password)) });
    add("okta", "custom-password-hash", password, { algorithm, salt: b64(salt), saltOrder: "PREFIX", value: b64(digest(name, salt, password)) });
    add("okta", "custom-password-hash", password, { algorithm, salt: b64(salt), saltOrder: "POSTFIX", value: b64(digest(name, password, salt)) });
  }
  for (const [digestAlgorithm, name] of [["SHA256_HMAC", "sha256"], ["SHA512_HMAC", "sha512"]]) {
    const value = b64(pbkdf2Sync(password, salt, 4096, 32, name));
    add("okta", "pbkdf2", password, { algorithm: "PBKDF2", digestAlgorithm, iterationCount: 4096, keySize: 32, salt: b64(salt), value });
  }

  // Stytch
  const stytch = (hash_type, scheme, hash, config = {}) => add("stytch", scheme, password, { email: "a@example.com", hash_type, hash, ...config });
  stytch("bcrypt", "bcrypt", bcrypt);
  stytch("argon_2id", "argon2", id);
  const argon_2_config = { salt: hex, iteration_amount: 3, memory: 64, threads: 1, key_length: 32 };
  const raw = await argon2.hash(password, { memoryCost: 64, timeCost: 3, parallelism: 1, salt: Buffer.from(hex), raw: true });
  stytch("argon_2id", "argon2", raw.toString("hex"), { argon_2_config });
  for (const [type, name] of [["md_5", "md5"], ["sha_1", "sha1"], ["sha_512", "sha512"]]) {
    const config = { [`${type}_config`]: { prepend_salt: "before", append_salt: "behind" } };
    stytch(type, "kratos-digest", digest(name, "before", password, "behind").toString("hex"), config);
    stytch(type, "kratos-digest", b64(digest(name, password)));
  }
  const scrypt_config = { salt: b64(salt), n_parameter: 16, r_parameter: 8, p_parameter: 1, key_length: 24 };
  stytch("scrypt", "custom-password-hash", b64(scryptSync(password, salt, 24, { cost: 16 })), { scrypt_config });
  const pbkdf_2_config = { salt: b64(salt), iteration_amount: 3, key_length: 32 };
  stytch("pbkdf_2", "pbkdf2", pbkdf2Sync(password, salt, 3, 32, "sha256").toString("hex"), { pbkdf_2_config });
  stytch("pbkdf_2", "pbkdf2", b64(pbkdf2Sync(password, salt, 3, 32, "sha512")), { pbkdf_2_config: { ...pbkdf_2_config, algorithm: "sha512" } });

  // SuperTokens
  const supertokens = (scheme, passwordHash, hashingAlgorithm, more) => add("supertokens", scheme, password, { recipeId: "emailpassword", passwordHash, hashingAlgorithm }, more);
  supertokens("bcrypt", bcrypt, "bcrypt");
  supertokens("argon2", id, "ARGON2");
  supertokens("firebase-scrypt", `$f_scrypt$${passwordHash}$${b64(salt)}$m=4$r=8$s=Bw==`, "firebase_scrypt", { key: project.base64_signer_key });
}

const made_by = `written from the specification, with Node ${process.version}, ${version("argon2")}, ${version("bcryptjs")}, ` +
  version("firebase-scrypt");
console.log(`{"made_by": ${JSON.stringify(made_by)}, "rows": [\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}`);
