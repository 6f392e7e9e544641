"""What the reference product's own client of the sixth generation does, against the address and with the token given."""

import sys
import time
import urllib.request

from auth0.management.client import Auth0
from auth0.management.core.api_error import ApiError

domain, token = sys.argv[1:]
client = Auth0(base_url=f"http://{domain}/api/v2", token=token)


def done(job):
    while job.status in ("pending", "processing"):
        time.sleep(0.05)
        job = client.jobs.get(job.id)
    return job


def refused(call, status, message):
    try:
        call()
    except ApiError as error:
        body = error.body if isinstance(error.body, dict) else error.body.dict()
        assert (error.status_code, body["message"]) == (status, message), error
    else:
        raise AssertionError(f"not refused: {message}")


[connection] = list(client.connections.list(strategy=["auth0"]))
assert connection.name == "customers"

people = ",".join(f'{{"email": "user{number}@x.io", "user_id": "{number}"}}' for number in range(60))
file = ("users.json", f'[{people}, {{"email": "no address"}}]'.encode(), "application/json")
job = client.jobs.users_imports.create(users=file, connection_id=connection.id, upsert=False, external_id="first")
assert (job.status, job.type) == ("pending", "users_import"), job
job = done(job)
assert (job.summary.failed, job.summary.inserted, job.summary.total) == (1, 60, 61), job
[error] = client.jobs.errors.get(job.id)
assert error.user["email"] == "no address" and error.errors[0].path == "email", error
clean = client.jobs.users_imports.create(users=b'[{"email": "one@x.io"}]', connection_id=connection.id)
assert not client.jobs.errors.get(done(clean).id)
refused(lambda: client.jobs.get("job_0000000000000000"), 404, "Job not found")

export = done(client.jobs.users_exports.create(connection_id=connection.id, format="json", limit=5))
with urllib.request.urlopen(export.location) as answer:
    assert answer.read()[:2] == b"\x1f\x8b"

# The pager goes on until a page is empty.
emails = [user.email for user in client.users.list(per_page=25, q='email.domain:"x.io"', sort="email:1")]
assert (len(emails), emails) == (61, sorted(emails)), len(emails)

user = client.users.create(connection="customers", email="ada@example.com", password="difference engine")
refused(
    lambda: client.users.create(connection="customers", email="ada@example.com", password="difference engine"),
    409,
    "The user already exists.",
)
id = user.user_id
assert client.users.get(id).email == "ada@example.com"
client.users.update(id, user_metadata={"a": 1})
assert client.users.update(id, user_metadata={"b": 2}).user_metadata == {"a": 1, "b": 2}
[found] = client.users.list_users_by_email(email="ada@example.com")
assert found.user_id == id and found.identities[0].connection == "customers"
ticket = client.tickets.change_password(user_id=id, ttl_sec=60)
assert ticket.ticket.startswith("https://shop.example/reset?ticket="), ticket
assert not client.user_blocks.list(id).blocked_for
linked = client.users.identities.link(id, provider="auth0", user_id="7")
assert str(linked[1].user_id) == "7", linked
assert len(client.users.identities.delete(id, "auth0", "7")) == 1
assert client.users.get("auth0|7").email == "user7@x.io"
client.users.delete(id)
refused(lambda: client.users.get(id), 404, "The user does not exist.")
client.connections.users.delete_by_email(connection.id, email="user1@x.io")
refused(lambda: client.users.get("auth0|1"), 404, "The user does not exist.")
refused(lambda: Auth0(base_url=f"http://{domain}/api/v2", token="wrong").users.get("a"), 401, "Invalid token.")
print("done")
