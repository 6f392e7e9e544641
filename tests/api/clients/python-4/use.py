"""What the reference product's own client of the fourth generation does, against the address and with the token given."""

import sys
import tempfile
import time
import urllib.request

from auth0.exceptions import Auth0Error
from auth0.management import Connections, Jobs, Tickets, UserBlocks, Users, UsersByEmail

domain, token = sys.argv[1:]
made = {"domain": domain, "token": token, "protocol": "http"}
jobs, users, tickets = Jobs(**made), Users(**made), Tickets(**made)


def done(job):
    while job["status"] in ("pending", "processing"):
        time.sleep(0.05)
        job = jobs.get(job["id"])
    return job


def refused(call, status, message):
    try:
        call()
    except Auth0Error as error:
        assert (error.status_code, error.message) == (status, message), (error.status_code, error.message)
    else:
        raise AssertionError(f"not refused: {message}")


connections = Connections(**made)
[connection] = connections.all(strategy="auth0", fields=["id", "name"])
assert connection["name"] == "customers"
assert connections.get(connection["id"])["strategy"] == "auth0"

with tempfile.NamedTemporaryFile(suffix=".json") as file:
    file.write(b"[")
    for number in range(60):
        file.write(b'{"email": "user%d@x.io", "user_id": "%d"},' % (number, number))
    file.write(b'{"email": "no address"}]')
    file.flush()
    file.seek(0)
    job = jobs.import_users(connection["id"], file, upsert=False, external_id="first")
    assert job["status"] == "pending" and job["type"] == "users_import", job
job = done(job)
assert job["summary"] == {"failed": 1, "updated": 0, "inserted": 60, "total": 61}, job
[error] = jobs.get_failed_job(job["id"])
assert error["user"]["email"] == "no address" and error["errors"][0]["path"] == "email", error
refused(lambda: jobs.get("job_0000000000000000"), 404, "Job not found")

with tempfile.NamedTemporaryFile(suffix=".json") as file:
    file.write(b'[{"email": "one@x.io"}]')
    file.flush()
    file.seek(0)
    clean = done(jobs.import_users(connection["id"], file))
assert not jobs.get_failed_job(clean["id"])

export = jobs.export_users({"connection_id": connection["id"], "format": "csv", "fields": [{"name": "email"}]})
export = done(export)
assert export["status"] == "completed", export
with urllib.request.urlopen(export["location"]) as file:
    assert file.read()[:2] == b"\x1f\x8b"

seen, page = set(), 0
while True:
    answer = users.list(page=page, per_page=25, include_totals=True, q='email.domain:"x.io"', sort="email:1")
    if not answer["users"]:
        break
    seen.update(user["email"] for user in answer["users"])
    page += 1
assert (len(seen), page, answer["total"]) == (61, 3, 61), (len(seen), page)

user = users.create({"connection": "customers", "email": "ada@example.com", "password": "difference engine"})
assert user["email_verified"] is False
refused(
    lambda: users.create({"connection": "customers", "email": "ada@example.com", "password": "difference engine"}),
    409,
    "The user already exists.",
)
id = user["user_id"]
assert users.get(id, fields=["email"])["email"] == "ada@example.com"
assert users.update(id, {"user_metadata": {"a": 1}})["user_metadata"] == {"a": 1}
assert users.update(id, {"user_metadata": {"b": 2}})["user_metadata"] == {"a": 1, "b": 2}
[found] = UsersByEmail(**made).search_users_by_email("ada@example.com")
assert found["user_id"] == id
assert tickets.create_pswd_change({"user_id": id, "ttl_sec": 60})["ticket"].startswith("https://shop.example/reset?ticket=")
assert UserBlocks(**made).get(id) == {"blocked_for": []}
UserBlocks(**made).unblock(id)
assert UserBlocks(**made).get_by_identifier("ada@example.com") == {"blocked_for": []}
linked = users.link_user_account(id, {"provider": "auth0", "user_id": "7"})
assert [identity["user_id"] for identity in linked][1] == "7"
assert len(users.unlink_user_account(id, "auth0", "7")) == 1
assert users.get("auth0|7")["email"] == "user7@x.io"
users.delete(id)
refused(lambda: users.get(id), 404, "The user does not exist.")
connections.delete_user_by_email(connection["id"], "user1@x.io")
refused(lambda: users.get("auth0|1"), 404, "The user does not exist.")
refused(lambda: Users(domain, "wrong", protocol="http").list(), 401, "Invalid token.")
print("done")
