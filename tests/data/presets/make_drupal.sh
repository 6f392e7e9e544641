#!/bin/bash
# Writes `drupal7_real.mysql.sql`: what a Drupal 7 installs and keeps of the people it is given, by its own code.
# Drupal and its PHP are those of Ubuntu 16.04, in a folder of their own that is thrown away.
# Needs Debian's packages debootstrap, gpg and mariadb-server. Run it in this folder, as root, with the address of a
# mirror of Ubuntu. It takes some minutes.
set -euo pipefail
mirror=${1:?the address of a mirror of Ubuntu}
here=$PWD
folder=$(mktemp -d)
root=$folder/root
server=

clean_up() {
    code=$?
    if [ -n "$server" ]; then kill "$server" 2> /dev/null || true; fi
    wait
    if [ "$code" != 0 ] && [ -f "$folder/log" ]; then tail -n 20 "$folder/log" >&2; fi
    # What a debootstrap that was stopped leaves.
    for mounted in sys proc; do
        if mountpoint --quiet "$root/$mounted"; then umount --lazy "$root/$mounted"; fi
    done
    rm -rf --one-file-system "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM
# apt downloads as a user of its own.
chmod 755 "$folder"
cd "$folder"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# The key that Ubuntu signs its archive with since 2012. It comes unsigned, so it is taken by its fingerprint.
mkdir -p apt/lists/partial apt/cache/archives/partial
touch apt/status
echo "deb [trusted=yes] $mirror xenial main" > apt/sources
apt=(apt-get -q -o Dir::Etc::SourceList="$folder/apt/sources" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State="$folder/apt" -o Dir::State::Status="$folder/apt/status" -o Dir::Cache="$folder/apt/cache")
"${apt[@]}" update > log 2>&1
"${apt[@]}" download ubuntu-keyring >> log 2>&1
dpkg-deb -x ubuntu-keyring_*.deb keyring
mkdir -m 700 gpg
gpg=(gpg --homedir "$folder/gpg" --batch)
"${gpg[@]}" --import keyring/usr/share/keyrings/ubuntu-archive-keyring.gpg 2>> log
"${gpg[@]}" --export 790BC7277767219C42C86F933B4FE6ACC0B21F32 > key.gpg
test -s key.gpg

debootstrap --variant=minbase --keyring="$folder/key.gpg" xenial "$root" "$mirror" >> log 2>&1
for suite in xenial xenial-updates xenial-security; do
    echo "deb $mirror $suite main universe"
done > "$root/etc/apt/sources.list"
{
    chroot "$root" apt-get -q update
    chroot "$root" apt-get -q install -y --no-install-recommends php7.0-cli php7.0-gd php7.0-mysql php7.0-xml
    # Unpacked only, since its dependencies are a web server and a mail server.
    chroot "$root" sh -c 'cd /tmp && apt-get -q download drupal7 && dpkg-deb -x drupal7_*.deb /'
} >> log 2>&1

mariadb-install-db --no-defaults --user=root --datadir="$folder/data" \
    --auth-root-authentication-method=normal >> log 2>&1
mariadbd --no-defaults --user=root --datadir="$folder/data" --socket="$root/socket" --skip-networking \
    --pid-file="$folder/pid" >> log 2>&1 &
server=$!
until mariadb --no-defaults -S "$root/socket" -e 'CREATE DATABASE drupal' 2> /dev/null; do
    kill -0 "$server"
    sleep 0.2
done

mkdir -p "$root/var/lib/drupal7/files"
# Not by its link in Drupal's folder, which begins at this system's root.
cat > "$root/etc/drupal/7/sites/default/settings.php" << 'PHP'
<?php
$databases['default']['default'] = [
    'driver' => 'mysql', 'unix_socket' => '/socket', 'host' => 'localhost',
    'database' => 'drupal', 'username' => 'root', 'password' => '', 'prefix' => '',
];
PHP
cat > "$root/site.php" << 'PHP'
<?php
const DRUPAL_ROOT = '/usr/share/drupal7';
const PASSWORD = 'correct horse battery staple';
chdir(DRUPAL_ROOT);
$_SERVER['HTTP_HOST'] = 'localhost';
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['SERVER_SOFTWARE'] = '';
PHP
cat > "$root/install.php" << 'PHP'
<?php
require '/site.php';
const MAINTENANCE_MODE = 'install';
require DRUPAL_ROOT . '/includes/install.core.inc';
install_drupal([
    'parameters' => ['profile' => 'minimal', 'locale' => 'en'],
    'forms' => ['install_configure_form' => [
        'site_name' => 'Site',
        'site_mail' => 'site@example.com',
        'date_default_timezone' => 'UTC',
        'account' => [
            'name' => 'ada',
            'mail' => 'Ada.Lovelace@Example.com',
            'pass' => ['pass1' => PASSWORD, 'pass2' => PASSWORD],
        ],
    ]],
]);
PHP
cat > "$root/people.php" << 'PHP'
<?php
require '/site.php';
function fail($what) { fwrite(STDERR, "$what\n"); exit(1); }
require DRUPAL_ROOT . '/includes/bootstrap.inc';
drupal_bootstrap(DRUPAL_BOOTSTRAP_FULL);
require DRUPAL_ROOT . '/includes/password.inc';
require DRUPAL_ROOT . '/includes/install.inc';
module_load_install('user');
$of_2019 = ['created' => 1554192930, 'status' => 1, 'timezone' => 'UTC'];
$passwords = ['ada' => PASSWORD];
foreach ([
    'grace' => ['login' => 1709208000, 'access' => 1709208060],
    'Zoë Brontë' => ['mail' => 'Zoe.Bronte@example.com'],
    'quote' => ['pass' => ' it\'s "quoted" \\ '],
    'mallory' => ['status' => 0],
    'six' => [],
] as $name => $more) {
    $more += $of_2019 + ['name' => $name, 'pass' => PASSWORD, 'mail' => "$name@example.com"];
    $passwords[$name] = trim($more['pass']);
    user_save(null, $more + ['init' => $more['mail']]) or fail("not saved: $name");
}
// What Drupal 6 kept of a password, and what the update from 6 to 7 makes of it.
db_update('users')->fields(['pass' => md5(PASSWORD)])->condition('name', 'six')->execute();
$sandbox = [];
do {
    user_update_7000($sandbox);
} while ($sandbox['#finished'] < 1);
foreach ($passwords as $name => $password) {
    user_check_password($password, user_load_by_name($name)) or fail("does not log in: $name");
}
file_put_contents('/made_by', 'Drupal ' . VERSION . ', PHP ' . PHP_VERSION);
PHP
chroot "$root" php /install.php >> log 2>&1
chroot "$root" php /people.php >> log 2>&1
{
    database=$(mariadbd --version | sed 's/.*Ver \([0-9.]*\).*/MariaDB \1/')
    echo "-- $(cat "$root/made_by"), $database: by make_drupal.sh."
    mariadb-dump --no-defaults -S "$root/socket" --compact --skip-extended-insert drupal users | grep -v '^/\*'
} > users.sql
cp users.sql "$here/drupal7_real.mysql.sql"
