"""Writes a realm as `kc.sh export --file realm.json --users same_file` does, with the hashes of ../hashes/keycloak.json."""
import json

rows = json.load(open("../hashes/keycloak.json"))["rows"]


def password(algorithm, **more):
    for row in rows:
        credential = json.loads(row["hash"])
        data = credential.get("credentialData")
        if row["password"] == "correct horse battery staple" and data and json.loads(data)["algorithm"] == algorithm:
            return {
                "id": "6a7f3b9a-1d36-44b5-b0d1-6b9f3a2e9d10",
                "type": "password",
                "userLabel": "My password",
                "createdDate": 1731580000000,
                "secretData": credential["secretData"],
                "credentialData": data,
            } | more


def old():
    for row in rows:
        if row["password"] == "correct horse battery staple" and '"hashedSaltedValue"' in row["hash"]:
            return json.loads(row["hash"])


def otp(**settings):
    return {
        "id": "0e1d4c60-2b8f-4c11-9a33-aa0c7a7e9a51",
        "type": "otp",
        "userLabel": "phone",
        "createdDate": 1731580100000,
        "secretData": json.dumps({"value": "GaVaB2c1TXVVvxlmDzQZ"}),
        "credentialData": json.dumps({"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"} | settings),
    }


def user(number, username, **more):
    return {
        "id": f"f1a0c4d2-0000-4000-8000-{number:012}",
        "username": username,
        "firstName": "Ada",
        "lastName": "Lovelace",
        "email": f"{username}@example.com",
        "emailVerified": True,
        "createdTimestamp": 1731579000123,
        "enabled": True,
        "totp": False,
        "disableableCredentialTypes": [],
        "requiredActions": [],
        "notBefore": 0,
        "groups": [],
        "realmRoles": ["default-roles-shop"],
    } | more


realm = {
    "id": "9f0b0c1e-3f4e-4c53-8c2f-4b2f3b1b8c11",
    "realm": "shop",
    "enabled": True,
    "roles": {"realm": [{"name": "users", "composite": False}], "client": {}},
    "groups": [{"name": "staff", "path": "/staff", "subGroups": []}],
    "users": [
        user(
            1,
            "ada",
            attributes={"department": ["engines"], "locale": ["en"]},
            credentials=[password("argon2"), otp()],
            federatedIdentities=[{"identityProvider": "google", "userId": "107", "userName": "ada@gmail.example"}],
            groups=["/staff"],
            clientRoles={"account": ["manage-account"]},
        ),
        user(2, "grace", enabled=False, credentials=[password("pbkdf2-sha512"), otp(digits=8)]),
        user(3, "edsger", emailVerified=False, credentials=[password("pbkdf2-sha256")], requiredActions=["UPDATE_PASSWORD", "VERIFY_EMAIL"]),
        user(4, "barbara", credentials=[old()]),
        user(5, "katherine", credentials=[], federationLink="d2c1f0aa-5a7e-4c43-b5f2-0d8e1b7f2f9c"),
        user(6, "service-account-shop-api", serviceAccountClientId="shop-api", credentials=[]),
        user(
            7,
            "alan",
            credentials=[
                password("argon2", credentialData=json.dumps({"hashIterations": 1, "algorithm": "legacy-ntlm", "additionalParameters": {}}))
            ],
        ),
    ],
    "clients": [{"clientId": "account", "enabled": True}],
}
json.dump(realm, open("keycloak_realm.json", "w"), indent=2)
