#!/bin/sh
# Fills a directory of OpenLDAP with `slapadd` and dumps it with `slapcat`: writes ldif_openldap.ldif and
# ldif_active_directory.ldif. The second has the classes of Active Directory from OpenLDAP's own msuser.schema.
#
# Needs slapd 2.5 with its modules (Debian: slapd).
set -eu
out=$(pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

directory() { # name, schemas
    mkdir "$1"
    {
        for schema in core cosine $2; do echo "include /etc/ldap/schema/$schema.schema"; done
        echo "modulepath /usr/lib/ldap"
        for module in back_mdb ppolicy argon2; do echo "moduleload $module"; done
        echo "database mdb"
        echo "suffix dc=example,dc=com"
        echo "rootdn cn=admin,dc=example,dc=com"
        echo "directory $folder/$1"
        echo "overlay ppolicy"
    } > "$1.conf"
}

word='correct horse battery staple'
ssha=$(slappasswd -h '{SSHA}' -s "$word")
argon2=$(slappasswd -o module-path=/usr/lib/ldap -o module-load='argon2 m=64 t=2' -h '{ARGON2}' -s "$word")
crypt="{CRYPT}$(openssl passwd -6 -salt 'rounds=1000$saltsalt' "$word")"

directory openldap 'inetorgperson nis'
cat > openldap.in <<END
dn: dc=example,dc=com
objectClass: domain
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: uid=ada,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
objectClass: posixAccount
uid: ada
cn: Ada Lovelace
cn: Augusta Ada King
sn: Lovelace
givenName: Ada
mail: ada@example.com
mail: ada.lovelace@example.com
title: Enchantress of Number, of whom it is said in far more than seventy-six characters that she wrote the first program
telephoneNumber: +44 20 7946 0000
telephoneNumber: +44 20 7946 0001
uidNumber: 1001
gidNumber: 100
homeDirectory: /home/ada
userPassword: $ssha
pwdChangedTime: 20241114102640Z

dn: uid=zoe,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: zoe
cn: Zoë Straße
sn: Straße
mail: zoe@example.com
userPassword: $argon2

dn: uid=grace,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: grace
cn: Grace Hopper
sn: Hopper
mail: grace@example.com
userPassword: $crypt
pwdAccountLockedTime: 000001010000Z

dn: uid=edsger,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: edsger
cn: Edsger Dijkstra
sn: Dijkstra
userPassword: $ssha
pwdReset: TRUE

dn: uid=barbara,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: barbara
cn: Barbara Liskov
sn: Liskov
userPassword: {SASL}barbara@EXAMPLE.COM

dn: uid=alan,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: alan
cn: Alan Turing
sn: Turing
userPassword: {ENIGMA}abcdef

dn: cn=staff,dc=example,dc=com
objectClass: posixGroup
cn: staff
gidNumber: 100
memberUid: ada
END
slapadd -f openldap.conf -l openldap.in
slapcat -f openldap.conf > "$out/ldif_openldap.ldif"

directory microsoft 'inetorgperson nis msuser'
cat > microsoft.in <<END
dn: dc=example,dc=com
objectClass: domain
dc: example

dn: cn=Ada Lovelace,dc=example,dc=com
objectClass: person
objectClass: organizationalPerson
objectClass: user
objectClass: extensibleObject
instanceType: 4
objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=example,DC=com
nTSecurityDescriptor:: AQAUgA==
cn: Ada Lovelace
sn: Lovelace
givenName: Ada
displayName: Ada Lovelace
mail: ada@example.com
sAMAccountName: ada
userPrincipalName: ada@corp.example.com
objectGUID:: PUDYJJxVeUiP8zfgPBTg8g==
userAccountControl: 512
accountExpires: 9223372036854775807
pwdLastSet: 131986665300000000
memberOf: CN=Staff,DC=example,DC=com

dn: cn=Grace Hopper,dc=example,dc=com
objectClass: person
objectClass: organizationalPerson
objectClass: user
objectClass: extensibleObject
instanceType: 4
objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=example,DC=com
nTSecurityDescriptor:: AQAUgA==
cn: Grace Hopper
sn: Hopper
sAMAccountName: grace
objectGUID:: PUDYJJxVeUiP8zfgPBTg8w==
userAccountControl: 514

dn: cn=Edsger Dijkstra,dc=example,dc=com
objectClass: person
objectClass: organizationalPerson
objectClass: user
objectClass: extensibleObject
instanceType: 4
objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=example,DC=com
nTSecurityDescriptor:: AQAUgA==
cn: Edsger Dijkstra
sn: Dijkstra
sAMAccountName: edsger
objectGUID:: PUDYJJxVeUiP8zfgPBTg9A==
userAccountControl: 512
accountExpires: 131986665300000000

dn: cn=PRINTER,dc=example,dc=com
objectClass: person
objectClass: organizationalPerson
objectClass: user
objectClass: extensibleObject
instanceType: 4
objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=example,DC=com
nTSecurityDescriptor:: AQAUgA==
objectClass: computer
cn: PRINTER
sn: PRINTER
sAMAccountName: PRINTER$
userAccountControl: 4096
END
slapadd -f microsoft.conf -l microsoft.in
# Without what is OpenLDAP's own.
slapcat -f microsoft.conf | grep -Ev \
    '^(objectClass: extensibleObject|(create|modify)Timestamp|creatorsName|entry(CSN|UUID)|modifiersName|structuralObjectClass)' \
    > "$out/ldif_active_directory.ldif"
