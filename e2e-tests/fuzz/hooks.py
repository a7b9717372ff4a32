"""Gives each call a token, and a new one before it ends."""

import os

import accounts
import schemathesis


@schemathesis.auth(refresh_interval=100)
class SignIn:
    def get(self, case, context):
        gateway = os.environ["CULVERT_URL"]
        if os.environ["FUZZ_AS"] == "administrator":
            return accounts.token(gateway, accounts.administrator(os.environ["CULVERT_DATA"]))
        # Somebody new each time: what was called may have changed the account before.
        return accounts.token(gateway, accounts.new_user(gateway, os.environ["CULVERT_MAILBOX"]))

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
