"""Puts things that exist in place of made-up ids, so that calls get further than "there is no such thing"."""

import re

import requests
from schemathesis.core.parameters import ParameterLocation

VARIABLE = re.compile(r"/\{([^}]+)}")
# Revoking the first one of these would take the administrator's own rights.
NEVER = re.compile(r"/role-grants/")
# Every third call keeps what was made up.
MADE_UP = 3


class Things:
    def __init__(self, gateway, receiver):
        """``receiver`` is where webhooks may be sent to; the examples name hosts of the internet."""
        self.gateway = gateway
        self.bodies = {"/api/v1/webhooks": {"url": receiver, "events": ["tunnel.*"]}}
        self.known = {}
        self.calls = 0

    def name(self, case):
        """Replaces the path's variables from left to right, as far as there is such a thing."""
        self.calls += 1
        authorization = (case.headers or {}).get("Authorization")
        made_up = case.meta is None or case.meta.is_negative_at(ParameterLocation.PATH) or self.calls % MADE_UP == 0
        if not authorization or made_up or NEVER.search(case.operation.path):
            return
        path = case.operation.path
        for variable in VARIABLE.findall(path):
            collection = path[: path.index("/{" + variable + "}")]
            found = self.one_of(collection, variable, case, authorization)
            if found is None:
                return
            case.path_parameters[variable] = found
            path = path.replace("{" + variable + "}", found)

    def forget(self):
        """After something was removed."""
        self.known.clear()

    def one_of(self, collection, variable, case, authorization):
        key = (authorization, collection, variable)
        if key not in self.known:
            self.known[key] = self.look_up(collection, variable, case, authorization)
        return self.known[key]

    def look_up(self, collection, variable, case, authorization):
        headers = {"Authorization": authorization}
        if variable in ("userId", "tenantId"):
            me = requests.get(self.gateway + "/api/v1/auth/me", headers=headers, timeout=30)
            return me.json().get(variable) if me.ok else None
        described = described_at(case.operation.schema.raw_schema["paths"], collection)
        if "get" in described:
            answer = requests.get(self.gateway + collection, headers=headers, timeout=30)
            items = answer.json() if answer.ok else []
            items = items.get("items", []) if isinstance(items, dict) else items
            for item in items:
                if not item.get("revokedAt"):
                    return item.get("id") or item.get(variable)
        example = self.bodies.get(collection) or example_of(described)
        if example is None:
            return None
        answer = requests.post(self.gateway + collection, headers=headers, json=example, timeout=30)
        return answer.json().get("id") if answer.ok else None


def described_at(paths, address):
    """The operations of an address whose variables have values."""
    for path, operations in paths.items():
        if re.fullmatch(VARIABLE.sub("/[^/]+", path), address):
            return operations
    return {}


def example_of(operations):
    body = operations.get("post", {}).get("requestBody", {})
    return body.get("content", {}).get("application/json", {}).get("example")
