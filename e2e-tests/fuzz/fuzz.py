"""Calls every operation of a running suite with data its description allows and forbids, as a user and as administrator.

Ends with another code than 0 when an answer is a 5xx, has a status or a body that is not described, or lets somebody in
without credentials. Options behind ``--`` go to Schemathesis, e.g. ``-- --include-path /api/v1/tunnels``.
"""

import argparse
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import time

import requests

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def suite_status():
    answer = subprocess.run([ROOT / "culvert", "status", "--json"], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def new_user(gateway, mailbox):
    """Registers somebody and follows the link in the mail."""
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
    raise SystemExit("No mail came for " + name)


def administrator():
    data = pathlib.Path(os.environ.get("CULVERT_DATA", ROOT / ".culvert"))
    return "admin", json.loads((data / "secrets.json").read_text())["adminPassword"]


def fuzz(gateway, who, account, examples, more):
    print(f"== {who}", flush=True)
    username, password = account
    environment = os.environ | {
        "CULVERT_URL": gateway,
        "FUZZ_USERNAME": username,
        "FUZZ_PASSWORD": password,
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
    }
    command = [
        pathlib.Path(sys.executable).parent / "schemathesis",
        "--config-file", HERE / "schemathesis.toml",
        "run", gateway + "/openapi.json",
        "--url", gateway,
        "--max-examples", str(examples),
        "--phases", "examples,coverage,fuzzing",
        "--continue-on-failure",
        "--request-timeout", "30",
        "--suppress-health-check", "all",
        *more,
    ]
    return subprocess.run(command, cwd=HERE, env=environment, check=False).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=20, help="cases of each operation, by default 20")
    parser.add_argument("--as", dest="who", choices=["user", "administrator"], help="only as this one")
    parser.add_argument("more", nargs="*", help="options of Schemathesis")
    options = parser.parse_args()
    status = suite_status()
    gateway = status["gateway"].rstrip("/")
    mailbox = f"http://127.0.0.1:{status['ports']['mailbox']}"
    codes = []
    if options.who != "administrator":
        codes.append(fuzz(gateway, "user", new_user(gateway, mailbox), options.examples, options.more))
    if options.who != "user":
        codes.append(fuzz(gateway, "administrator", administrator(), options.examples, options.more))
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
