use super::{
    super::{
        HashError, ParsedHash,
        format::{Format, Stored},
    },
    Expression, declared,
};

/// The table as schemes that hashes are declared to be of.
macro_rules! known {
    ($($name:literal => $expression:literal,)*) => {
        pub(in super::super) static FORMATS: &[Format] = &[$(Format {
            name: $name,
            prefixes: &[],
            fits: |text| fits($expression, text),
            parse: |stored| parse($expression, stored),
        }),*];

        #[cfg(test)]
        const KNOWN: &[(&str, &str)] = &[$(($name, $expression)),*];
    };
}

// What forums, shops and frameworks stored, by the code that they are published with. `home_made_hashes.md` has it, too.
known! {
    // Authlogic (Rails), over the hexadecimal text of each round, and over its bytes.
    "authlogic-sha512" => "repeat(20, $pass . $salt, sha512($it))",
    "authlogic-sha512-v2" => "repeat(20, $pass . $salt, sha512(raw($it)))",
    // AuthMe (Minecraft).
    "authme-sha256" => "'$SHA$' . $salt . '$' . sha256(sha256($pass) . $salt)",
    // 1C-Bitrix: eight characters of salt, and the digest.
    "bitrix-md5" => "$salt . md5($salt . $pass)",
    // CakePHP 1 and 2: `Security.salt` is the key.
    "cakephp-sha1" => "sha1($key . $pass)",
    "clearance-sha1" => "sha1('--' . $salt . '--' . $pass . '--')",
    // concrete5 up to 5.6: `PASSWORD_SALT` is the key.
    "concrete5-md5" => "md5($pass . ':' . $key)",
    "dedecms" => "substr(md5($pass), 5, 20)",
    // devise-encryptable (Rails): `stretches` are the iterations, `pepper` is the key.
    "devise-sha1" => "repeat($iterations, $key, sha1('--' . $salt . '--' . $it . '--' . $pass . '--' . $key . '--'))",
    "devise-sha512" => "repeat($iterations, $key, sha512('--' . $salt . '--' . $it . '--' . $pass . '--' . $key . '--'))",
    // Discuz! and UCenter, ECShop.
    "discuz" => "md5(md5($pass) . $salt)",
    // DataLife Engine.
    "dle" => "md5(md5($pass))",
    "elgg-md5" => "md5($pass . $salt)",
    // Ion Auth (CodeIgniter) with its ten characters of salt.
    "ion-auth-sha1" => "$salt . substr(sha1($salt . $pass), 0, 30)",
    // Invision Power Board 2 and 3, which first wrote `&`, `<`, `>` and quotes of a password as HTML does.
    "ipb" => "md5(md5($salt) . md5($pass))",
    // Kohana 3: `hash_key` is the key.
    "kohana-sha256" => "hmac_sha256($key, $pass)",
    // Moodle up to 2.4: `passwordsaltmain` is the key.
    "moodle-md5" => "md5($pass . $key)",
    "mybb" => "md5(md5($salt) . md5($pass))",
    "opencart-sha1" => "sha1($salt . sha1($salt . sha1($pass)))",
    // osCommerce, xt:Commerce, Zen Cart.
    "oscommerce" => "md5($salt . $pass) . ':' . $salt",
    // PrestaShop up to 1.6: `_COOKIE_KEY_` is the key.
    "prestashop" => "md5($key . $pass)",
    "punbb-sha1" => "sha1($salt . sha1($pass))",
    "redmine-sha1" => "sha1($salt . sha1($pass))",
    // restful_authentication (Rails), first without and then with `REST_AUTH_SITE_KEY`, which is the key.
    "restful-auth-sha1" => "sha1('--' . $salt . '--' . $pass . '--')",
    "restful-auth-sha1-key" => "repeat(10, $key, sha1($it . '--' . $salt . '--' . $pass . '--' . $key))",
    // sfGuard (symfony 1).
    "sfguard-sha1" => "sha1($salt . $pass)",
    // Simple Machines Forum 1.1 and 2.0.
    "smf-sha1" => "sha1(lower($user) . $pass)",
    // vBulletin 3 and 4.
    "vbulletin" => "md5(md5($pass) . $salt)",
    // WoltLab Community Framework 1, Burning Board 3.
    "wcf1" => "sha1($salt . sha1($salt . sha1($pass)))",
    "whmcs-md5" => "md5($salt . $pass) . ':' . $salt",
    // XenForo 1.0 and 1.1, by what PHP had.
    "xenforo1" => "sha256(sha256($pass) . $salt)",
    "xenforo1-sha1" => "sha1(sha1($pass) . $salt)",
}

fn fits(expression: &str, text: &str) -> bool {
    expression.parse::<Expression>().is_ok_and(|expression| expression.layout.read(text).is_some())
}

fn parse(expression: &str, stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    // A test reads them all.
    let expression = expression.parse::<Expression>().map_err(|_| stored.malformed("its format is not well formed"))?;
    declared::parse(&expression, stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_well_formed_and_shown_as_they_stand() {
        for (name, expression) in KNOWN {
            let read = expression.parse::<Expression>().unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(read.to_string(), *expression);
        }
    }

    #[test]
    fn names_are_in_order() {
        assert!(KNOWN.is_sorted());
    }
}
