//! The hashes of crypt(3).

use waystation::scheme_conformance;

use super::standard;

scheme_conformance!(
    aix_smd5,
    standard("aix-smd5"),
    [
        ("correct horse battery staple", "{smd5}s3aeU9S3$mSES2k3wY6yght.LwXw.B/"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{smd5}B118f70T$wMm5Q9uv.wLaAwdakqYiV1"
        ),
        ("пароль-naïve-🔑", "{smd5}vrXHuYsq$mLknmPCxoVHHAl0hITWwl0"),
    ],
);

scheme_conformance!(
    aix_ssha1,
    standard("aix-ssha1"),
    [
        ("correct horse battery staple", "{ssha1}04$5bsUPql2sAHpPn8r$x8Tw3fMfiK/crFsMlSyDqoNn.o/"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{ssha1}05$28rENfrJMP/s/x78$O4Z0BjylCynf4hZD2YeglDl4.Aw"
        ),
        ("пароль-naïve-🔑", "{ssha1}05$97TJWth.HWThS2Dq$Mk0uVn4rpkS.yxMZiM9bL2ke.Au"),
    ],
);

scheme_conformance!(
    aix_ssha256,
    standard("aix-ssha256"),
    [
        ("correct horse battery staple", "{ssha256}04$07CDYAbKLhwAKyB/$lY649PkaeI7ntpRxH3glkfv0.qBu3Z1PzptFlJSA.2x"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{ssha256}05$ixQJHIHIBSGLeIrn$9scaCr8zpVEOAE8HLTAm7kHHEYbEvlAozB6zet4z.60"
        ),
        ("пароль-naïve-🔑", "{ssha256}05$AoiwT0HiN6MRKQ6/$4FdqVHI4VrFAd68oQLcu3FcryP4gtasKVaFdHCkp.Yz"),
    ],
);

scheme_conformance!(
    aix_ssha512,
    standard("aix-ssha512"),
    [
        (
            "correct horse battery staple",
            "{ssha512}04$M2qcrqiohPou478R$O5MjjC5vOmeSehHNLTHxV8W2RBexymUp8ThdPhb3AlubsBu9qBKOwuqozKPiGt72PYpMRDD4KNabf1vG4dzL.."
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{ssha512}05$.OTyv/6OnmXuoscE$Yg9Ob/2dcBeBTIsRaoLG5zHqWasfzajLwHsYlBiaUO5j7QwPrTgJePpj8G96corKCV7BzOQftAb/T5qbLBem.."
        ),
        (
            "пароль-naïve-🔑",
            "{ssha512}05$rVqLYDcF.NYsGvn8$eM1FjZtOh86kutwNMHKdlU7lCs7X3zjHzJXtt8A7nfzBI8940AloWJZV2W/GKKEEKG5UdGzXqyWIpqGm1pEO.."
        ),
    ],
);

scheme_conformance!(
    apr1,
    standard("apr1"),
    [
        ("correct horse battery staple", "$apr1$n2Zx/U6X$VdWy8LAquK.qRnrNtHpJz/"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$apr1$W6oyoNsp$7Js4HpLCQh7MWU//MHlwQ1"
        ),
        ("пароль-naïve-🔑", "$apr1$4uy1a5dq$utqFeJsggod6BBxX6GCZ7/"),
    ],
);

scheme_conformance!(
    bsdi_crypt,
    standard("bsdi-crypt"),
    [
        ("correct horse battery staple", "_p...9o4n2t0EKVZNOnk"),
        ("a password of seventy-three bytes: bcrypt never sees its last character.!", "_K/..VFeI7GlG45MBlP6"),
        ("пароль-naïve-🔑", "_w...60nKv1.VYEpLRzo"),
    ],
);

scheme_conformance!(
    gost_yescrypt,
    standard("gost-yescrypt"),
    [
        ("correct horse battery staple", "$gy$/65$Bhjblg.AWyBZ6qQVe6inr.$zqbwL0PxS0QHtBKp1Y0k2IsmFXZNlpwyyJGXp2QWe14"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$gy$j75.0$Zq0mbZHb6VEvnSkMV8qkk.$iC1OYXQKWUr79KEHUhnNkdeVgTmltO.Ug/K1avNBoa2"
        ),
        ("пароль-naïve-🔑", "$gy$.65$GC8tQMVgIJllG2viaNxPB.$xR8uEDkP6pY7Fu9If8yZpmtxOgBi85iylsKhFzXVRu."),
    ],
);

scheme_conformance!(
    md5_crypt,
    standard("md5-crypt"),
    [
        ("correct horse battery staple", "$1$Vj$FgE059gER.9Anh6Hr/6Wl0"),
        ("a password of seventy-three bytes: bcrypt never sees its last character.!", "$1$3n$P9O9YLTmH3hkMWSu4.L1S."),
        ("пароль-naïve-🔑", "$1$e2kZH/rS$W.Zbzk33mVJmeG9Xfx3jB0"),
    ],
);

scheme_conformance!(
    nt_crypt,
    standard("nt-crypt"),
    [
        ("correct horse battery staple", "$3$$1b9d5effd34ac283c8efe2eacaea8bbc"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$3$$0a4610022368d04771a662b0f558cec1"
        ),
        ("пароль-naïve-🔑", "$3$$e7756db5c03c0b9c4a589e2f0d177fd1"),
    ],
);

scheme_conformance!(
    scrypt_crypt,
    standard("scrypt-crypt"),
    [
        ("correct horse battery staple", "$7$20....1....WZKrqfWgA$6E0xMmFBc6g4tQKfCl1mYJqQq2hzMd/HVx6Bozj8I56"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$7$20....1.....ik01IBiA$FiPRLdVieI8jp/2glNwE03KzEmvxqqo1FQ61vsuhp71"
        ),
        ("пароль-naïve-🔑", "$7$46..../....n6tcFAaRg4sPQjaQGR0Eo5$nU4irj9k2bnMMDOFNkqpTCi7LBgaUOJ61Dta/2TlJd6"),
    ],
);

scheme_conformance!(
    sha1_crypt,
    standard("sha1-crypt"),
    [
        (
            "correct horse battery staple",
            "$sha1$10$Gd6I/6TPWtzKgRjg4cDFgB482I47vrMYAZAg1oOhW27CQkWzH0Y0eD/Etb5yTlta$xaWQUCRhYim0gaRi2er9I/hamF0m"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$sha1$10$BOmISaD5OhfBeph90zhFjZcKeMMIjrG2EkK.pP2jUqposMnTdBc2r9YpoqP2zHrO$QdI7XY7hs24rTuwOmOcHt.hDZglL"
        ),
        ("пароль-naïve-🔑", "$sha1$32$eN19NuSr$ukrya7UQcVDBCmu/BJhputP4v9v3"),
    ],
);

scheme_conformance!(
    sha256_crypt,
    standard("sha256-crypt"),
    [
        ("correct horse battery staple", "$5$rounds=1001$zPwvC$ou6vqyJhdp8TLQpQEtzto0/uAwpoghBaMg2tTHvy4X1"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$5$rounds=1001$5oesm$84EDAPtLq5GAeBoR.4EthNz8UBuCXfhhHKjPkZ0f1Q5"
        ),
        ("пароль-naïve-🔑", "$5$rounds=1000$jpeVGJC2ZGn0tgvt$NojgMiI66BGnjkVzJXDi4sukqugEwoNG8YmxTzL1J11"),
    ],
);

scheme_conformance!(
    sha512_crypt,
    standard("sha512-crypt"),
    [
        (
            "correct horse battery staple",
            "$6$rounds=1001$VRAV0$5WlLG5ElHIk6O5RuX7yfaAFLPc4xYlWvQ36gO/QvgEygpp92I968AJ8FD2hQ/.KlqnkT8/GafLKDRLbOZ3U7./"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$6$rounds=1001$./380$uL1yi1Pxo8Visx9JWM12pbWXtEofeTOML.Tqik567m3XR1zw6pUFMlby3GAE59b37YiR.7AKeIJQY7/.9fUpg/"
        ),
        (
            "пароль-naïve-🔑",
            "$6$rounds=1000$UdQYxt6mb1LC2WvI$SFZDKexgA3U6l6XRR9uun/z/tHHnrIOfHFIO19snAbMa6RDeiII3HaGod53rLHZnYR0BjIXl/tlOd151AlBQ4/"
        ),
    ],
);

scheme_conformance!(
    sunmd5,
    standard("sunmd5"),
    [
        ("correct horse battery staple", "$md5,rounds=11$U4VGXNXC$$uVbVB28Wa/bz5H4Opr5FL."),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$md5$EWL3EArR$$5sUYFZ54QWwL7kbaghGUD."
        ),
    ],
);

scheme_conformance!(
    yescrypt,
    standard("yescrypt"),
    [
        ("correct horse battery staple", "$y$/65$xdAu9MpIFwwING6Ey3CA3.$X77TfkQESvoz.Zf8/kEfv/bAosdPeyOcw8VmSxhd3a5"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$y$j75.0$.SPtoJOZsAN3d/vVY3CSq.$AMgYC5worDyzP/YhCdfudyQaRzsYri2SteediD3bWd5"
        ),
        ("пароль-naïve-🔑", "$y$.65$Vjpco.Gx2FSFW1Dx7t9zf.$Gd0KXegbWpJsHpA.yqvalQ.cJgqjEE7uxsG5SnmyMY3"),
    ],
);
