/*
 * Known answers of Java's systems, on standard output. Passwords come in by base64, one a line:
 *
 *   apt-get install openjdk-17-jdk-headless libshiro-java libbcprov-java libjbcrypt-java
 *   jars=$(echo /usr/share/java/{shiro-core,slf4j-api,slf4j-nop,commons-beanutils,bcprov,jbcrypt}.jar | tr ' ' :)
 *   for scheme in shiro spring keycloak lambdaworks; do
 *     jq -r '.[] | @base64' passwords.json | java -cp "$jars" make_java.java $scheme > $scheme.json
 *   done
 *
 * `$shiro1$` is made by Shiro itself. The others are written from their specification, over what their systems call:
 * the JDK's PBKDF2 and digests, Bouncy Castle's scrypt and Argon2, jBCrypt, of which Spring's BCrypt is a copy.
 */

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.apache.shiro.crypto.hash.DefaultHashService;
import org.apache.shiro.crypto.hash.HashRequest;
import org.apache.shiro.crypto.hash.format.Shiro1CryptFormat;
import org.apache.shiro.util.ByteSource;
import org.bouncycastle.crypto.digests.MD4Digest;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.mindrot.jbcrypt.BCrypt;

class MakeJava {
    static final List<String> rows = new ArrayList<>();
    static final SecureRandom random = new SecureRandom();
    static String family;
    static final String SECRET = "a secret of the application";

    public static void main(String[] arguments) throws Exception {
        family = arguments[0];
        List<String> passwords = new ArrayList<>();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = input.readLine()) != null; ) {
            passwords.add(new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8));
        }
        for (String password : passwords) {
            shiro(password);
            spring(password);
            keycloak(password);
            byte[] salt = bytes(16);
            add("lambdaworks-scrypt", password, "$s0" + scrypt(password, salt, 4, 4, 2));
        }
        defaults();
        String versions = "Apache Shiro 1.3.2, Bouncy Castle 1.72, jBCrypt 0.4, OpenJDK " + Runtime.version().feature()
            + (family.equals("shiro") ? "; $shiro2$" : "; all") + " written from the specification over these";
        PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        output.println("{\n \"made_by\": " + quoted(versions) + ",\n \"rows\": [\n" + String.join(",\n", rows) + "\n ]\n}");
    }

    // --- Apache Shiro

    static String shiro1(String password, String algorithm, int iterations, byte[] privateSalt) {
        DefaultHashService service = new DefaultHashService();
        service.setHashAlgorithmName(algorithm);
        service.setHashIterations(iterations);
        service.setGeneratePublicSalt(true);
        if (privateSalt != null) {
            service.setPrivateSalt(ByteSource.Util.bytes(privateSalt));
        }
        HashRequest request = new HashRequest.Builder().setSource(ByteSource.Util.bytes(password)).build();
        return new Shiro1CryptFormat().format(service.computeHash(request));
    }

    static void shiro(String password) throws Exception {
        if (password.isEmpty()) {
            // Shiro computes no hash of an empty password.
            return;
        }
        for (String algorithm : new String[] {"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"}) {
            add("shiro1", password, shiro1(password, algorithm, algorithm.equals("MD5") ? 1 : 10, null));
        }
        byte[] key = SECRET.getBytes(StandardCharsets.UTF_8);
        String context = "{\"key\": \"" + Base64.getEncoder().encodeToString(key) + "\"}";
        add("shiro1", password, shiro1(password, "SHA-256", 10, key), "with a private salt", context, false);

        byte[] salt = bytes(16);
        String argon2 = argon2(password, salt, Argon2Parameters.ARGON2_id, 19, 1, 64, 2, 32);
        add("shiro2", password, "$shiro2$argon2id$v=19$t=1,m=64,p=2$" + unpadded(salt) + "$" + argon2);
        // The cost is written without a leading zero.
        String bcrypt = OpenBSDBCrypt.generate("2y", password.toCharArray(), salt, 4);
        add("shiro2", password, "$shiro2$2y$4$" + bcrypt.substring(7));
    }

    // --- Spring Security

    static void spring(String password) throws Exception {
        add("spring-bcrypt", password, "{bcrypt}" + BCrypt.hashpw(password, BCrypt.gensalt(4)));

        String rounds = "{\"iterations\": 10}";
        byte[] secret = SECRET.getBytes(StandardCharsets.UTF_8);
        String both = "{\"iterations\": 10, \"key\": \"" + Base64.getEncoder().encodeToString(secret) + "\"}";
        add("spring-pbkdf2", password, "{pbkdf2}" + pbkdf2Hex(password, "SHA1", 8, 10, ""), null, rounds, false);
        String modern = "{pbkdf2@SpringSecurity_v5_8}";
        add("spring-pbkdf2-v58", password, modern + pbkdf2Hex(password, "SHA256", 16, 10, ""), null, rounds, false);
        String note = "with a secret";
        add("spring-pbkdf2", password, "{pbkdf2}" + pbkdf2Hex(password, "SHA1", 8, 10, SECRET), note, both, false);

        add("spring-scrypt", password, "{scrypt}" + scrypt(password, bytes(64), 4, 4, 2));
        add("spring-scrypt", password, "{scrypt@SpringSecurity_v5_8}" + scrypt(password, bytes(16), 5, 8, 1));
        byte[] salt = bytes(16);
        String argon2 = "$argon2id$v=19$m=64,t=2,p=2$" + unpadded(salt) + "$"
            + argon2(password, salt, Argon2Parameters.ARGON2_id, 19, 2, 64, 2, 32);
        add("spring-argon2", password, "{argon2}" + argon2);
        add("spring-argon2", password, "{argon2@SpringSecurity_v5_8}" + argon2);

        add("spring-sha256", password, "{sha256}" + standard(password, ""));
        String key = "{\"key\": \"" + Base64.getEncoder().encodeToString(secret) + "\"}";
        add("spring-sha256", password, "{sha256}" + standard(password, SECRET), note, key, false);

        for (String algorithm : new String[] {"MD4", "MD5", "SHA-1", "SHA-256"}) {
            String salted = "{" + Base64.getEncoder().encodeToString(bytes(32)) + "}";
            byte[] digest = digest(algorithm, utf8(password + salted));
            add("spring-digest", password, "{" + algorithm + "}" + salted + HexFormat.of().formatHex(digest));
        }
        byte[] unsalted = digest("SHA-256", utf8(password));
        add("spring-digest", password, "{SHA-256}" + HexFormat.of().formatHex(unsalted), "no salt", null, false);
        byte[] empty = digest("SHA-1", utf8(password + "{}"));
        add("spring-digest", password, "{SHA-1}{}" + HexFormat.of().formatHex(empty), "an empty salt", null, false);
        byte[] based = digest("MD5", utf8(password + "{salt}"));
        String base64 = Base64.getEncoder().encodeToString(based);
        add("spring-digest", password, "{MD5}{salt}" + base64, "encodeHashAsBase64", null, false);

        byte[] ldapSalt = bytes(8);
        byte[] ssha = join(digest("SHA-1", join(utf8(password), ldapSalt)), ldapSalt);
        add("spring-ldap", password, "{ldap}{SSHA}" + Base64.getEncoder().encodeToString(ssha));
        byte[] sha = digest("SHA-1", utf8(password));
        add("spring-ldap", password, "{ldap}{sha}" + Base64.getEncoder().encodeToString(sha));
    }

    static String pbkdf2Hex(String password, String digest, int saltBytes, int iterations, String secret)
            throws Exception {
        byte[] salt = bytes(saltBytes);
        byte[] key = pbkdf2(password, join(salt, utf8(secret)), digest, iterations, 32);
        return HexFormat.of().formatHex(join(salt, key));
    }

    static String standard(String password, String secret) throws Exception {
        byte[] salt = bytes(8);
        byte[] digest = join(join(salt, utf8(secret)), utf8(password));
        for (int round = 0; round < 1024; round++) {
            digest = digest("SHA-256", digest);
        }
        return HexFormat.of().formatHex(join(salt, digest));
    }

    // --- Keycloak

    static void keycloak(String password) throws Exception {
        byte[] salt = bytes(16);
        String[][] made = {{"pbkdf2", "SHA1", "64"}, {"pbkdf2-sha256", "SHA256", "64"}, {"pbkdf2-sha512", "SHA512", "64"}};
        for (String[] algorithm : made) {
            byte[] key = pbkdf2(password, salt, algorithm[1], 10, Integer.parseInt(algorithm[2]));
            add("keycloak", password, credential(algorithm[0], 10, salt, key, "{}"));
        }
        byte[] shorter = pbkdf2(password, salt, "SHA256", 10, 32);
        add("keycloak", password, bare("pbkdf2-sha256", 10, salt, shorter), "no additionalParameters", null, false);
        byte[] key = pbkdf2(password, salt, "SHA256", 10, 64);
        String old = "{\"type\":\"password\",\"hashedSaltedValue\":\"" + Base64.getEncoder().encodeToString(key)
            + "\",\"salt\":\"" + Base64.getEncoder().encodeToString(salt)
            + "\",\"hashIterations\":10,\"counter\":0,\"algorithm\":\"pbkdf2-sha256\",\"digits\":0,\"period\":0"
            + ",\"createdDate\":1530000000000,\"config\":{}}";
        add("keycloak", password, old, "as exported before version 8", null, false);
        keycloakArgon2(password, "id", "1.3", Argon2Parameters.ARGON2_id, 19, 64, 2, 1, null);
        keycloakArgon2(password, "i", "1.0", Argon2Parameters.ARGON2_i, 16, 64, 2, 1, null);
    }

    static void keycloakArgon2(String password, String type, String version, int variant, int number, int memory,
            int passes, int lanes, String note) {
        byte[] salt = bytes(16);
        String value = argon2(password, salt, variant, number, passes, memory, lanes, 32);
        String parameters = "{\"hashLength\":[\"32\"],\"memory\":[\"" + memory + "\"],\"type\":[\"" + type
            + "\"],\"version\":[\"" + version + "\"],\"parallelism\":[\"" + lanes + "\"]}";
        byte[] key = Base64.getDecoder().decode(value);
        add("keycloak", password, credential("argon2", passes, salt, key, parameters), note, null, false);
    }

    static String credential(String algorithm, int iterations, byte[] salt, byte[] key, String parameters) {
        String secretData = "{\"value\":\"" + Base64.getEncoder().encodeToString(key) + "\",\"salt\":\""
            + Base64.getEncoder().encodeToString(salt) + "\",\"additionalParameters\":{}}";
        String credentialData = "{\"hashIterations\":" + iterations + ",\"algorithm\":\"" + algorithm
            + "\",\"additionalParameters\":" + parameters + "}";
        return "{\"id\":\"6a7f3b9a-1d36-44b5-b0d1-6b9f3a2e9d10\",\"type\":\"password\",\"userLabel\":\"My password\","
            + "\"createdDate\":1700000000000,\"secretData\":" + quoted(secretData) + ",\"credentialData\":"
            + quoted(credentialData) + "}";
    }

    static String bare(String algorithm, int iterations, byte[] salt, byte[] key) {
        String secretData = "{\"value\":\"" + Base64.getEncoder().encodeToString(key) + "\",\"salt\":\""
            + Base64.getEncoder().encodeToString(salt) + "\"}";
        String credentialData = "{\"hashIterations\":" + iterations + ",\"algorithm\":\"" + algorithm + "\"}";
        return "{\"secretData\":" + quoted(secretData) + ",\"credentialData\":" + quoted(credentialData) + "}";
    }

    // --- One row at the default cost of each

    static void defaults() throws Exception {
        String password = "at default cost", note = "default cost";
        byte[] salt = bytes(16);
        add("shiro1", password, shiro1(password, "SHA-256", 500_000, null), note, null, false);
        add("shiro2", password, "$shiro2$argon2id$v=19$t=1,m=65536,p=4$" + unpadded(salt) + "$"
            + argon2(password, salt, Argon2Parameters.ARGON2_id, 19, 1, 65536, 4, 32), note, null, false);
        add("spring-bcrypt", password, "{bcrypt}" + BCrypt.hashpw(password, BCrypt.gensalt()), note, null, false);
        add("spring-pbkdf2", password, "{pbkdf2}" + pbkdf2Hex(password, "SHA1", 8, 185_000, ""), note, null, false);
        String modern = "{pbkdf2@SpringSecurity_v5_8}" + pbkdf2Hex(password, "SHA256", 16, 310_000, "");
        add("spring-pbkdf2-v58", password, modern, note, null, false);
        add("spring-scrypt", password, "{scrypt}" + scrypt(password, bytes(64), 14, 8, 1), note, null, false);
        String scrypt = "{scrypt@SpringSecurity_v5_8}" + scrypt(password, bytes(16), 16, 8, 1);
        add("spring-scrypt", password, scrypt, note, null, false);
        String argon2 = "{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=16384,t=2,p=1$" + unpadded(salt) + "$"
            + argon2(password, salt, Argon2Parameters.ARGON2_id, 19, 2, 16384, 1, 32);
        add("spring-argon2", password, argon2, note, null, false);
        add("lambdaworks-scrypt", password, "$s0" + scrypt(password, bytes(16), 14, 8, 1), note, null, false);
        byte[] key = pbkdf2(password, salt, "SHA256", 27_500, 64);
        add("keycloak", password, credential("pbkdf2-sha256", 27_500, salt, key, "{}"), note, null, false);
        byte[] long512 = pbkdf2(password, salt, "SHA512", 210_000, 64);
        add("keycloak", password, credential("pbkdf2-sha512", 210_000, salt, long512, "{}"), note, null, false);
        keycloakArgon2(password, "id", "1.3", Argon2Parameters.ARGON2_id, 19, 7168, 5, 1, note);
    }

    // --- Primitives

    static String scrypt(String password, byte[] salt, int logN, int r, int p) {
        byte[] key = SCrypt.generate(utf8(password), salt, 1 << logN, r, p, 32);
        String parameters = Long.toString((long) logN << 16 | r << 8 | p, 16);
        Base64.Encoder base64 = Base64.getEncoder();
        return "$" + parameters + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(key);
    }

    /** The digest in base64 without padding where it stands in a PHC string; 32 bytes need one character of it. */
    static String argon2(String password, byte[] salt, int variant, int version, int passes, int memory, int lanes,
            int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(variant).withVersion(version).withIterations(passes)
            .withMemoryAsKB(memory).withParallelism(lanes).withSalt(salt).build());
        byte[] output = new byte[length];
        generator.generateBytes(utf8(password), output);
        return unpadded(output);
    }

    static byte[] pbkdf2(String password, byte[] salt, String digest, int iterations, int length) throws Exception {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, 8 * length);
        return SecretKeyFactory.getInstance("PBKDF2WithHmac" + digest).generateSecret(spec).getEncoded();
    }

    static byte[] digest(String algorithm, byte[] input) throws Exception {
        if (!algorithm.equals("MD4")) {
            return MessageDigest.getInstance(algorithm).digest(input);
        }
        MD4Digest md4 = new MD4Digest();
        md4.update(input, 0, input.length);
        byte[] output = new byte[16];
        md4.doFinal(output, 0);
        return output;
    }

    static byte[] bytes(int length) {
        byte[] made = new byte[length];
        random.nextBytes(made);
        return made;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] join(byte[] left, byte[] right) {
        byte[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }

    static String unpadded(byte[] data) {
        return Base64.getEncoder().withoutPadding().encodeToString(data);
    }

    // --- Rows

    static void add(String scheme, String password, String hash) {
        add(scheme, password, hash, null, null, false);
    }

    /** With a wrong password as near as can be: the first character changed. */
    static void add(String scheme, String password, String hash, String note, String context, boolean declared) {
        if (!scheme.startsWith(family)) {
            return;
        }
        String wrong = password.isEmpty() ? "x" : (char) (password.charAt(0) ^ 1) + password.substring(1);
        rows.add("  {\n   \"scheme\": " + quoted(scheme) + ",\n   \"password\": " + quoted(password)
            + ",\n   \"wrong\": " + quoted(wrong) + ",\n   \"hash\": " + quoted(hash)
            + (declared ? ",\n   \"declared\": true" : "") + (context == null ? "" : ",\n   \"context\": " + context)
            + (note == null ? "" : ",\n   \"note\": " + quoted(note)) + "\n  }");
    }

    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char character : text.toCharArray()) {
            boolean plain = character >= ' ' && character < 127 && character != '"' && character != '\\';
            boolean escaped = character == '"' || character == '\\';
            String other = escaped ? "\\" + character : String.format("\\u%04x", (int) character);
            json.append(plain ? String.valueOf(character) : other);
        }
        return json.append('"').toString();
    }
}
