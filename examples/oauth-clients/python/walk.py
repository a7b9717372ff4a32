"""Walks through every OAuth 2.0 and OpenID Connect flow of a running Culvert suite with Authlib.

One line a step; the first deviation ends the program with another exit code than 0.
"""

import os
import sys
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from browser import Browser
from joserfc import jwt
from joserfc.jwk import KeySet

SITE = os.environ.get("CULVERT_URL", "http://127.0.0.1:8080")
USERNAME = os.environ.get("CULVERT_USERNAME", "admin")
PASSWORD = os.environ["CULVERT_PASSWORD"]
CALLBACK = "http://127.0.0.1/callback"
GOODBYE = "http://127.0.0.1/goodbye"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
API = SITE + "/api/v1"


def step(name, detail=""):
    print(f"ok  {name}" + (f": {detail}" if detail else ""), flush=True)


def expect(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def parameters(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


class Walk:
    def __init__(self):
        self.metadata = {}
        self.keys = None
        self.own = httpx2.Client(timeout=30)
        self.registered = []

    def discover(self):
        self.metadata = self.own.get(SITE + "/.well-known/openid-configuration").raise_for_status().json()
        expect(self.metadata["issuer"] == SITE, "the metadata is of " + self.metadata["issuer"])
        expect(self.metadata["code_challenge_methods_supported"] == ["S256"], "PKCE is not S256 alone")
        keys = self.own.get(self.metadata["jwks_uri"]).raise_for_status().json()
        self.keys = KeySet.import_key_set(keys)
        step("discovery", f"{self.metadata['issuer']}, {len(keys['keys'])} keys")

    def register(self):
        login = self.own.post(API + "/auth/login", json={"username": USERNAME, "password": PASSWORD})
        self.own.headers["Authorization"] = "Bearer " + login.raise_for_status().json()["access_token"]
        scopes = ["openid", "profile", "email", "offline_access", "profile:read", "tunnels:read"]
        web = self._application(
            name="Authlib walk",
            redirectUris=[CALLBACK],
            postLogoutRedirectUris=[GOODBYE],
            scopes=scopes,
            confidential=True,
        )
        device = self._application(
            name="Authlib device", redirectUris=[], scopes=["tunnels:read"], confidential=False, deviceFlow=True
        )
        step("applications registered", "one confidential, one public for a device")
        return web, device

    def _application(self, **settings):
        created = self.own.post(API + "/oauth/applications", json=settings)
        expect(created.status_code == 201, f"registration answered {created.status_code} {created.text}")
        self.registered.append(created.json()["clientId"])
        return created.json()

    def client(self, application, **more):
        return OAuth2Client(
            client_id=application["clientId"],
            client_secret=application.get("clientSecret"),
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            timeout=30,
            **more,
        )

    def authorize(self, client, browser, url):
        page = browser.open(url)
        if page[1] is not None and "<h1>Sign in</h1>" in page[1]:
            page = browser.sign_in(page, USERNAME, PASSWORD)
        if page[1] is not None:
            page = browser.submit(page, "/oauth/authorize")
        expect(page[1] is None and page[0].startswith(CALLBACK), f"the browser ended at {page[0]}: {page[1]}")
        expect(parameters(page[0])["iss"] == SITE, "the answer does not name the issuer (RFC 9207)")
        return page[0]

    def code_flow(self, web, browser):
        client = self.client(web, scope="openid profile email offline_access profile:read tunnels:read")
        verifier, nonce = generate_token(48), generate_token(24)
        url, state = client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        answer = self.authorize(client, browser, url)
        token = client.fetch_token(
            self.metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
        )
        step("authorization code with PKCE", "scope " + token["scope"])
        self.check_id_token(token["id_token"], web["clientId"], nonce)
        return client, token

    def check_id_token(self, text, client_id, nonce):
        id_token = jwt.decode(text, self.keys, algorithms=["ES256", "RS256"])
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": SITE},
            aud={"essential": True, "value": client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        ).validate(id_token.claims)
        step("id token", "signed by " + id_token.header["kid"])

    def use(self, client, token):
        me = client.get(API + "/auth/me")
        expect(me.status_code == 200, f"the API answered {me.status_code} {me.text}")
        expect(me.json()["username"] == USERNAME, "the API knows somebody else")
        step("API call", "as " + me.json()["username"])
        info = client.get(self.metadata["userinfo_endpoint"]).raise_for_status().json()
        subject = jwt.decode(token["id_token"], self.keys, algorithms=["ES256", "RS256"]).claims["sub"]
        expect(info["sub"] == subject, "userinfo is of another subject")
        step("userinfo", ", ".join(sorted(info)))

    def introspect(self, client, value, active):
        answer = client.introspect_token(self.metadata["introspection_endpoint"], token=value)
        expect(answer.json()["active"] is active, f"introspection says {answer.text}")
        step("introspection", f"active={active}")

    def refresh(self, client, token):
        renewed = client.refresh_token(self.metadata["token_endpoint"], refresh_token=token["refresh_token"])
        expect(renewed["refresh_token"] != token["refresh_token"], "the refresh token did not rotate")
        expect(renewed["access_token"] != token["access_token"], "the access token is the old one")
        step("refresh", "rotated")
        return renewed

    def pushed_request(self, web, browser):
        """Authlib makes the request and redeems the code; pushing it (RFC 9126) is one post with the same client."""
        client = self.client(web, scope="openid tunnels:read")
        verifier = generate_token(48)
        url, state = client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=generate_token(24)
        )
        pushed = client.request(
            "POST",
            self.metadata["pushed_authorization_request_endpoint"],
            data=parameters(url),
            auth=client.client_auth("client_secret_basic"),
            withhold_token=True,
        )
        expect(pushed.status_code == 201, f"pushing answered {pushed.status_code} {pushed.text}")
        short = httpx2.URL(
            self.metadata["authorization_endpoint"],
            params={"client_id": web["clientId"], "request_uri": pushed.json()["request_uri"]},
        )
        answer = self.authorize(client, browser, str(short))
        client.fetch_token(
            self.metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
        )
        step("pushed authorization request")

    def client_credentials(self, web):
        client = self.client(web)
        token = client.fetch_token(
            self.metadata["token_endpoint"], grant_type="client_credentials", scope="tunnels:read"
        )
        expect("refresh_token" not in token, "client credentials came with a refresh token")
        tunnels = client.get(API + "/tunnels")
        expect(tunnels.status_code == 200, f"the API answered {tunnels.status_code} {tunnels.text}")
        step("client credentials", "scope " + token["scope"])

    def device_flow(self, device, browser):
        client = self.client(device)
        started = client.request(
            "POST",
            self.metadata["device_authorization_endpoint"],
            data={"client_id": device["clientId"], "scope": "tunnels:read"},
            withhold_token=True,
        ).json()
        poll = {"grant_type": DEVICE_GRANT, "device_code": started["device_code"]}
        try:
            client.fetch_token(self.metadata["token_endpoint"], **poll)
            raise AssertionError("a device got a token before anybody allowed it")
        except OAuthError as pending:
            expect(pending.error == "authorization_pending", f"the device is told {pending.error}")
        page = browser.open(started["verification_uri"])
        page = browser.submit(page, "/oauth/device", user_code=started["user_code"])
        page = browser.submit(page, "/oauth/device")
        expect("The device is connected" in page[1], page[1])
        time.sleep(started.get("interval", 5))  # RFC 8628 §3.5: who asks sooner is told to slow down
        token = client.fetch_token(self.metadata["token_endpoint"], **poll)
        step("device flow", "scope " + token["scope"])

    def revoke(self, client, token):
        answer = client.revoke_token(
            self.metadata["revocation_endpoint"], token=token["refresh_token"], token_type_hint="refresh_token"
        )
        expect(answer.status_code == 200, f"revocation answered {answer.status_code}")
        self.introspect(client, token["access_token"], active=False)
        try:
            client.refresh_token(self.metadata["token_endpoint"], refresh_token=token["refresh_token"])
            raise AssertionError("a revoked refresh token was taken")
        except OAuthError as refused:
            expect(refused.error == "invalid_grant", f"the refusal says {refused.error}")
        step("revocation", "the whole grant has ended")

    def log_out(self, web, browser, id_token):
        url = httpx2.URL(
            self.metadata["end_session_endpoint"],
            params={"id_token_hint": id_token, "post_logout_redirect_uri": GOODBYE, "state": "bye"},
        )
        page = browser.open(str(url))
        expect(page == (GOODBYE + "?state=bye", None), f"the browser ended at {page}")
        client = self.client(web, scope="openid")
        again, _ = client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=generate_token(48)
        )
        expect("<h1>Sign in</h1>" in (browser.open(again)[1] or ""), "somebody is still signed in")
        step("RP-initiated logout")

    def tidy_up(self):
        for client_id in self.registered:
            self.own.delete(f"{API}/oauth/applications/{client_id}")


def main():
    walk = Walk()
    try:
        walk.discover()
        web, device = walk.register()
        browser = Browser(SITE)
        client, token = walk.code_flow(web, browser)
        walk.use(client, token)
        walk.introspect(client, token["access_token"], active=True)
        renewed = walk.refresh(client, token)
        walk.pushed_request(web, browser)
        walk.client_credentials(web)
        walk.device_flow(device, browser)
        walk.revoke(client, renewed)
        walk.log_out(web, browser, renewed.get("id_token", token["id_token"]))
        print("--  DPoP: Authlib has no client for it; see the Node program")
    finally:
        walk.tidy_up()
    print("All flows completed with Authlib.")


if __name__ == "__main__":
    try:
        main()
    except Exception as failure:
        print(f"FAILED  {type(failure).__name__}: {failure}", file=sys.stderr)
        sys.exit(1)
