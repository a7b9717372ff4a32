"""A real Keycloak beside a real Culvert: each in turn trusts the other.

Starts Keycloak with its database in memory and a Culvert suite with data of its own, both on 127.0.0.1, shows the three ways
in which they work together, and stops both. One line a step; the first deviation ends the program with another exit code
than 0.
"""

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "oauth-clients" / "python"))
from browser import Browser  # noqa: E402

KEYCLOAK_HOME = Path(os.environ["KEYCLOAK_HOME"])
KEYCLOAK = f"http://127.0.0.1:{os.environ.get('KEYCLOAK_PORT', '18190')}"
CULVERT = f"http://127.0.0.1:{os.environ.get('CULVERT_PORT', '18290')}"
REALM = f"{KEYCLOAK}/realms/acme"
ADMIN = f"{KEYCLOAK}/admin/realms"
AUDIENCE = "https://culvert.acme.test"
PASSWORD = secrets.token_urlsafe(24) + "aA1!"
SECRET = secrets.token_urlsafe(32)
CALLBACK = "http://127.0.0.1/callback"
SUITE_READY_SECONDS = 300
KEYCLOAK_READY_SECONDS = 300


def step(name, detail=""):
    print(f"ok  {name}" + (f": {detail}" if detail else ""), flush=True)


def expect(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def query(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


class Keycloak:
    """The server and its admin REST API."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.api = httpx2.Client(timeout=60)

    def start(self):
        environment = os.environ | {
            "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
            "KC_BOOTSTRAP_ADMIN_USERNAME": "root",
            "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
        }
        if "KEYCLOAK_JAVA_HOME" in os.environ:
            environment["JAVA_HOME"] = os.environ["KEYCLOAK_JAVA_HOME"]
        address = urlsplit(KEYCLOAK)
        self.process = subprocess.Popen(
            [
                KEYCLOAK_HOME / "bin" / "kc.sh",
                "start-dev",
                f"--http-host={address.hostname}",
                f"--http-port={address.port}",
                "--db=dev-mem",
                "--cache=local",
            ],
            env=environment,
            stdout=(self.folder / "keycloak.log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        end = time.monotonic() + KEYCLOAK_READY_SECONDS
        while not self._answers():
            expect(self.process.poll() is None, f"Keycloak ended; see {self.folder}/keycloak.log")
            expect(time.monotonic() < end, "Keycloak did not become ready")
            time.sleep(1)
        version = self._admin_get("/serverinfo", KEYCLOAK + "/admin")["systemInfo"]["version"]
        step("Keycloak started", version)

    def _answers(self):
        try:
            return self.api.get(f"{KEYCLOAK}/realms/master").status_code == 200
        except httpx2.TransportError:
            return False

    def _token(self):
        answer = self.api.post(
            f"{KEYCLOAK}/realms/master/protocol/openid-connect/token",
            data={"grant_type": "password", "client_id": "admin-cli", "username": "root", "password": PASSWORD},
        )
        return {"Authorization": "Bearer " + answer.raise_for_status().json()["access_token"]}

    def _admin_get(self, path, base=ADMIN):
        return self.api.get(base + path, headers=self._token()).raise_for_status().json()

    def create(self, path, body):
        answer = self.api.post(ADMIN + path, json=body, headers=self._token())
        expect(answer.status_code in (200, 201, 204), f"Keycloak answered {answer.status_code} {answer.text}")
        return answer

    def set_up(self):
        """A realm with one person, an API client whose tokens name our audience, and the client for our sign-in page."""
        self.create("", {"realm": "acme", "enabled": True, "sslRequired": "none"})
        self.create("/acme/roles", {"name": "operations"})
        to_us = {
            "name": "for culvert",
            "protocol": "openid-connect",
            "protocolMapper": "oidc-audience-mapper",
            "config": {"included.custom.audience": AUDIENCE, "access.token.claim": "true"},
        }
        cli = {"publicClient": True, "directAccessGrantsEnabled": True}
        self.create("/acme/clients", {"clientId": "acme-cli", "protocolMappers": [to_us], **cli})
        self.create("/acme/clients", {"clientId": "acme-elsewhere", **cli})
        self.create(
            "/acme/clients",
            {
                "clientId": "culvert",
                "secret": SECRET,
                "redirectUris": [f"{CULVERT}/oauth/sign-in/from/acme"],
                "attributes": {"pkce.code.challenge.method": "S256"},
            },
        )
        for name in ("ada", "olga"):
            self.create(
                "/acme/users",
                {
                    "username": name,
                    "email": f"{name}@acme.test",
                    "emailVerified": True,
                    "firstName": name.capitalize(),
                    "lastName": "Acme",
                    "enabled": True,
                    "credentials": [{"type": "password", "value": PASSWORD}],
                },
            )
        role = self._admin_get("/acme/roles/operations")
        olga = self._admin_get("/acme/users?username=olga")[0]["id"]
        self.create(f"/acme/users/{olga}/role-mappings/realm", [role])
        step("realm, clients and people made")

    def token_of(self, username, client="acme-cli"):
        answer = self.api.post(
            f"{REALM}/protocol/openid-connect/token",
            data={"grant_type": "password", "client_id": client, "username": username, "password": PASSWORD},
        )
        return answer.raise_for_status().json()["access_token"]

    def federate_to(self, client_id, client_secret):
        """A second realm that has us as its identity provider; Keycloak reads our discovery document itself."""
        self.create("", {"realm": "partner", "enabled": True, "sslRequired": "none"})
        read = self.create(
            "/partner/identity-provider/import-config",
            {"providerId": "oidc", "fromUrl": f"{CULVERT}/.well-known/openid-configuration"},
        ).json()
        expect(read["issuer"] == CULVERT, "Keycloak read the issuer " + read["issuer"])
        self.create(
            "/partner/identity-provider/instances",
            {
                "alias": "culvert",
                "providerId": "oidc",
                "enabled": True,
                "trustEmail": False,
                "config": read
                | {
                    "clientId": client_id,
                    "clientSecret": client_secret,
                    "clientAuthMethod": "client_secret_basic",
                    "defaultScope": "openid profile email",
                    "pkceEnabled": "true",
                    "pkceMethod": "S256",
                    "validateSignature": "true",
                    "useJwksUrl": "true",
                },
            },
        )
        app = {"clientId": "app", "publicClient": True, "redirectUris": [CALLBACK]}
        self.create("/partner/clients", app)

    def brokered_identity(self, username):
        person = self._admin_get(f"/partner/users?username={username}")[0]["id"]
        return self._admin_get(f"/partner/users/{person}/federated-identity")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


class Suite:
    """A Culvert of its own that trusts the realm."""

    def __init__(self, folder):
        self.environment = os.environ | {
            "CULVERT_DATA": str(folder / "culvert"),
            "CULVERT_OUTBOUND_ALLOWED": urlsplit(KEYCLOAK).netloc,
            "CULVERT_AUTH_ISSUERS_0_ID": "acme",
            "CULVERT_AUTH_ISSUERS_0_NAME": "Acme",
            "CULVERT_AUTH_ISSUERS_0_ISSUER": REALM,
            "CULVERT_AUTH_ISSUERS_0_AUDIENCES": AUDIENCE,
            "CULVERT_AUTH_ISSUERS_0_CLIENTID": "culvert",
            "CULVERT_AUTH_ISSUERS_0_CLIENTSECRET": SECRET,
            "CULVERT_AUTH_ISSUERS_0_GRANTSCLAIM": "realm_access.roles",
            "CULVERT_AUTH_ISSUERS_0_GRANTS_0_VALUE": "operations",
            "CULVERT_AUTH_ISSUERS_0_GRANTS_0_ROLE": "support_admin",
        }
        self.http = httpx2.Client(timeout=30)
        self.started = False

    def start(self):
        self.started = True
        port = str(urlsplit(CULVERT).port)
        self._run("up", "--detach", "--no-training", "--port", port, timeout=SUITE_READY_SECONDS)
        step("Culvert started", CULVERT)

    def call(self, path, token):
        return self.http.get(CULVERT + path, headers={"Authorization": "Bearer " + token})

    def application(self, password, **settings):
        login = self.http.post(f"{CULVERT}/api/v1/auth/login", json={"username": "admin", "password": password})
        token = login.raise_for_status().json()["access_token"]
        created = self.http.post(
            f"{CULVERT}/api/v1/oauth/applications", json=settings, headers={"Authorization": "Bearer " + token}
        )
        expect(created.status_code == 201, f"registration answered {created.status_code} {created.text}")
        return created.json()

    def admin_password(self):
        """As the runner keeps it for the demo."""
        kept = Path(self.environment["CULVERT_DATA"]) / "secrets.json"
        return json.loads(kept.read_text())["adminPassword"]

    def stop(self):
        if self.started:
            self._run("down", timeout=120)

    def _run(self, *arguments, timeout):
        subprocess.run(
            [ROOT / "culvert", *arguments], env=self.environment, check=True, timeout=timeout, stdout=subprocess.DEVNULL
        )


def tokens_are_accepted(keycloak, suite):
    me = suite.call("/api/v1/auth/me", keycloak.token_of("ada"))
    expect(me.status_code == 200, f"the gateway answered {me.status_code} {me.text}")
    expect(me.json()["email"] == "ada@acme.test", "the account is of " + me.json()["email"])
    again = suite.call("/api/v1/auth/me", keycloak.token_of("ada")).json()
    expect(again["userId"] == me.json()["userId"], "the second token led to another account")
    step("(a) Keycloak's access token at the gateway", f"{again['username']}, {', '.join(again['scopes'])}")
    elsewhere = suite.call("/api/v1/auth/me", keycloak.token_of("ada", "acme-elsewhere"))
    expect(elsewhere.status_code == 401, f"a token for another audience was answered {elsewhere.status_code}")
    step("(a) token for another audience", "401")
    users = "/api/v1/users"
    expect(suite.call(users, keycloak.token_of("ada")).status_code == 403, "anybody may list users")
    expect(suite.call(users, keycloak.token_of("olga")).status_code == 200, "the realm's role is not mapped")
    step("(a) realm role mapped to support_admin", "200 with it, 403 without")


def people_sign_in_through_keycloak(keycloak, suite, web):
    browser = Browser(KEYCLOAK, CULVERT)
    verifier = secrets.token_urlsafe(48)
    page = browser.open(authorize(f"{CULVERT}/oauth/authorize", web["clientId"], verifier))
    page = browser.press(page, "button")
    expect(page[0].startswith(REALM), f"the button led to {page[0]}")
    page = browser.submit(page, "kc-form-login", username="ada", password=PASSWORD)
    page = browser.submit(page, "/oauth/authorize")
    expect(page[1] is None and "code" in query(page[0]), f"the browser ended at {page}")
    token = suite.http.post(
        f"{CULVERT}/oauth/token",
        auth=(web["clientId"], web["clientSecret"]),
        data={
            "grant_type": "authorization_code",
            "code": query(page[0])["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        },
    ).raise_for_status()
    me = suite.call("/api/v1/auth/me", token.json()["access_token"]).json()
    same = suite.call("/api/v1/auth/me", keycloak.token_of("ada")).json()
    expect(me["userId"] == same["userId"], "the sign-in led to another account than the token")
    step("(b) signed in on our page through Keycloak", me["username"])


def keycloak_signs_people_in_through_us(keycloak, suite, broker, password):
    keycloak.federate_to(broker["clientId"], broker["clientSecret"])
    step("(c) Keycloak has read our discovery document")
    browser = Browser(KEYCLOAK, CULVERT)
    verifier = secrets.token_urlsafe(48)
    realm = f"{KEYCLOAK}/realms/partner/protocol/openid-connect"
    page = browser.open(authorize(f"{realm}/auth", "app", verifier) + "&kc_idp_hint=culvert")
    expect(page[0].startswith(CULVERT), f"Keycloak sent the browser to {page[0]}")
    page = browser.sign_in(page, "admin", password)
    page = browser.submit(page, "/oauth/authorize")
    if page[1] is not None:  # Keycloak asks for what our token does not say
        person = {"username": "admin", "email": "admin@culvert.test", "firstName": "Ada", "lastName": "Min"}
        page = browser.submit(page, "kc-idp-review-profile-form", **person)
    expect(page[1] is None and "code" in query(page[0]), f"the browser ended at {page}")
    answer = suite.http.post(
        f"{realm}/token",
        data={
            "grant_type": "authorization_code",
            "client_id": "app",
            "code": query(page[0])["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        },
    ).raise_for_status()
    person = claims(answer.json()["access_token"])
    links = keycloak.brokered_identity(person["preferred_username"])
    expect([link["identityProvider"] for link in links] == ["culvert"], f"Keycloak linked {links}")
    step("(c) signed in at Keycloak through us", f"{person['preferred_username']}, our subject {links[0]['userId']}")


def authorize(endpoint, client_id, verifier):
    digest = hashlib.sha256(verifier.encode()).digest()
    return str(
        httpx2.URL(
            endpoint,
            params={
                "response_type": "code",
                "client_id": client_id,
                "redirect_uri": CALLBACK,
                "scope": "openid profile:read" if endpoint.startswith(CULVERT) else "openid",
                "state": secrets.token_urlsafe(16),
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            },
        )
    )


def main():
    folder = Path(tempfile.mkdtemp(prefix="culvert-keycloak-"))
    keycloak, suite = Keycloak(folder), Suite(folder)
    try:
        keycloak.start()
        keycloak.set_up()
        suite.start()
        password = suite.admin_password()
        web = suite.application(
            password, name="Acme web", redirectUris=[CALLBACK], scopes=["openid", "profile:read"], confidential=True
        )
        broker = suite.application(
            password,
            name="Acme Keycloak",
            redirectUris=[f"{KEYCLOAK}/realms/partner/broker/culvert/endpoint"],
            scopes=["openid", "profile", "email"],
            confidential=True,
        )
        tokens_are_accepted(keycloak, suite)
        people_sign_in_through_keycloak(keycloak, suite, web)
        keycloak_signs_people_in_through_us(keycloak, suite, broker, password)
    except BaseException:
        print(f"Logs are kept in {folder}", file=sys.stderr)
        raise
    else:
        print("Keycloak and Culvert work together both ways.")
    finally:
        suite.stop()
        keycloak.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    try:
        main()
    except Exception as failure:
        print(f"FAILED  {type(failure).__name__}: {failure}", file=sys.stderr)
        sys.exit(1)
