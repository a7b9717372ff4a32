"""Accounts of a running suite to call its API with."""

import json
import pathlib
import re
import secrets
import time

import requests

BUSY = (429, 503)


def new_user(gateway, mailbox):
    """Registers somebody and follows the link in the mail; name and password."""
    name = "fuzz" + secrets.token_hex(4)
    password = "Correct-horse-9-" + name
    body = {"username": name, "email": name + "@example.org", "password": password}
    requests.post(gateway + "/api/v1/auth/register", json=body, timeout=30).raise_for_status()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for mail in requests.get(mailbox + "/api/mails", timeout=10).json()["items"]:
            link = re.search(r"verify-email\?token=([A-Za-z0-9_-]+)", json.dumps(mail))
            if link and body["email"] in json.dumps(mail):
                verify = gateway + "/api/v1/auth/verify-email"
                requests.post(verify, json={"token": link.group(1)}, timeout=30).raise_for_status()
                return name, password
        time.sleep(0.2)
    raise RuntimeError("No mail came for " + name)


def administrator(data):
    """The first one; the one-machine install keeps the password for its owner."""
    return "admin", json.loads((pathlib.Path(data) / "secrets.json").read_text())["adminPassword"]


def token(gateway, account):
    """Signs in. Sign-ins are slow on purpose, and refused while too many wait."""
    body = {"username": account[0], "password": account[1]}
    for _ in range(20):
        answer = requests.post(gateway + "/api/v1/auth/login", json=body, timeout=30)
        if answer.status_code not in BUSY:
            break
        time.sleep(2)
    answer.raise_for_status()
    return answer.json()["access_token"]


def make_administrator(gateway, administrators_token, account):
    """Grants every right; sessions that the account had are over then."""
    me = {"Authorization": "Bearer " + token(gateway, account)}
    user = requests.get(gateway + "/api/v1/auth/me", headers=me, timeout=30).json()["userId"]
    grant = {"userId": user, "role": "super_admin"}
    administrator = {"Authorization": "Bearer " + administrators_token}
    requests.post(gateway + "/api/v1/auth/role-grants", json=grant, headers=administrator, timeout=30).raise_for_status()
