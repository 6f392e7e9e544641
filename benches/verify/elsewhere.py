"""Times the password functions of OpenSSL (through hashlib) and libxcrypt (through crypt), one line an order.

Says first what it has, a name a line, and `.`. An order is `<name> <count>`; the answer is nanoseconds for so many.
"""

import hashlib
import sys
import time
import warnings

PASSWORD = "correct horse battery staple"
SALT = b"sixteen of bytes"

warnings.simplefilter("ignore")
functions = {
    "pbkdf2": lambda: hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), SALT, 600_000, 32),
}
if hasattr(hashlib, "scrypt"):
    functions["scrypt"] = lambda: hashlib.scrypt(
        PASSWORD.encode(), salt=SALT, n=1 << 14, r=8, p=1, maxmem=64 << 20, dklen=32
    )
try:
    import crypt
except ImportError:
    pass
else:
    for name, setting in (
        ("sha512-crypt", "$6$sixteenofletters$"),
        ("bcrypt", "$2b$10$" + "a" * 22),
        ("yescrypt", "$y$j9T$sixteenofletters"),
    ):
        if (crypt.crypt(PASSWORD, setting) or "*").startswith(setting[:3]):
            functions[name] = lambda setting=setting: crypt.crypt(PASSWORD, setting)

print(*functions, ".", sep="\n", flush=True)
for order in sys.stdin:
    name, count = order.split()
    function = functions[name]
    begin = time.perf_counter_ns()
    for _ in range(int(count)):
        function()
    print(time.perf_counter_ns() - begin, flush=True)
