"""Signs the caller in, and again before the token ends."""

import os
import time

import requests
import schemathesis

BUSY = (429, 503)


@schemathesis.auth(refresh_interval=100)
class SignIn:
    def get(self, case, context):
        address = os.environ["CULVERT_URL"] + "/api/v1/auth/login"
        account = {"username": os.environ["FUZZ_USERNAME"], "password": os.environ["FUZZ_PASSWORD"]}
        for _ in range(20):  # sign-ins are slow on purpose, and refused while too many wait
            answer = requests.post(address, json=account, timeout=30)
            if answer.status_code not in BUSY:
                break
            time.sleep(2)
        answer.raise_for_status()
        return answer.json()["access_token"]

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
