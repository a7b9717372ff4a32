"""Gives each call a token, a new one before it ends or when it was ended, and counts what was answered."""

import atexit
import collections
import json
import os
import re

import accounts
import schemathesis
import things

# What ends sessions is called with those of somebody else, who signs in again for the next such call.
ENDS_SESSIONS = re.compile(r"^/api/v1/auth/(logout|password|session/revoke|sessions|sessions/\{id})$")


def of_whom(case, context):
    return "parting" if ENDS_SESSIONS.match(case.operation.path) else "staying"


# Unless told otherwise, Schemathesis fetches another token when a call with this one is answered 401, and repeats the call.
@schemathesis.auth(refresh_interval=100, cache_by_key=of_whom)
class SignIn:
    def get(self, case, context):
        gateway = os.environ["CULVERT_URL"]
        first_administrator = accounts.administrator(os.environ["CULVERT_DATA"])
        if os.environ["FUZZ_AS"] == "administrator" and of_whom(case, context) == "staying":
            return accounts.token(gateway, first_administrator)
        # Somebody new each time: what was called may have changed the account before.
        account = accounts.new_user(gateway, os.environ["CULVERT_MAILBOX"])
        if os.environ["FUZZ_AS"] == "administrator":
            accounts.make_administrator(gateway, accounts.token(gateway, first_administrator), account)
        return accounts.token(gateway, account)

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


real = things.Things(os.environ["CULVERT_URL"], os.environ["CULVERT_RECEIVER"])
answers = collections.defaultdict(collections.Counter)


@schemathesis.hook
def before_call(context, case, kwargs):
    real.name(case)


@schemathesis.hook
def after_call(context, case, response):
    answers[case.operation.label][response.status_code] += 1
    if case.method == "DELETE" and response.status_code < 300:
        real.forget()


@atexit.register
def tell():
    if answers:
        with open(os.environ["FUZZ_ANSWERS"], "w", encoding="utf-8") as file:
            json.dump({operation: dict(sorted(found.items())) for operation, found in sorted(answers.items())}, file, indent=1)
