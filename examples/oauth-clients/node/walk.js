/**
 * Walks through every OAuth 2.0 and OpenID Connect flow of a running Culvert suite with openid-client. One line a step; the
 * first deviation ends the program with another exit code than 0.
 */
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { Browser } from './browser.js';

const SITE = process.env.CULVERT_URL ?? 'http://127.0.0.1:8080';
const USERNAME = process.env.CULVERT_USERNAME ?? 'admin';
const PASSWORD = process.env.CULVERT_PASSWORD;
const API = `${SITE}/api/v1`;
const CALLBACK = 'http://127.0.0.1/callback';
const GOODBYE = 'http://127.0.0.1/goodbye';
const SCOPES = 'openid profile email offline_access profile:read tunnels:read';

const registered = [];
let owner = {};

function step(name, detail = '') {
  console.log(`ok  ${name}${detail ? `: ${detail}` : ''}`);
}

/** http is right for a suite on one's own machine, and for no other. */
const execute = SITE.startsWith('http://127.0.0.1') ? [oidc.allowInsecureRequests] : [];

async function discover(application) {
  const authentication = application.clientSecret ? oidc.ClientSecretBasic(application.clientSecret) : oidc.None();
  return oidc.discovery(new URL(SITE), application.clientId, undefined, authentication, { execute });
}

async function call(method, path, body) {
  const answer = await fetch(API + path, {
    method,
    headers: { 'content-type': 'application/json', ...owner },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path} answered ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}

async function register(settings) {
  const application = await call('POST', '/oauth/applications', settings);
  registered.push(application.clientId);
  return application;
}

async function registerAll() {
  const login = await call('POST', '/auth/login', { username: USERNAME, password: PASSWORD });
  owner = { authorization: `Bearer ${login.access_token}` };
  const web = await register({
    name: 'openid-client walk',
    redirectUris: [CALLBACK],
    postLogoutRedirectUris: [GOODBYE],
    scopes: SCOPES.split(' '),
    confidential: true,
  });
  const phone = await register({
    name: 'openid-client app',
    redirectUris: [CALLBACK],
    scopes: SCOPES.split(' '),
    confidential: false,
  });
  const device = await register({
    name: 'openid-client device',
    redirectUris: [],
    scopes: ['tunnels:read'],
    confidential: false,
    deviceFlow: true,
  });
  step('applications registered', 'one confidential, one public, one public for a device');
  return { web, phone, device };
}

/** Signs in where asked to, allows, and gives the address the browser is sent back to. */
async function allow(browser, url) {
  let page = await browser.open(url);
  if (page.html?.includes('<h1>Sign in</h1>')) {
    page = await browser.submit(page, '/oauth/sign-in', { username: USERNAME, password: PASSWORD });
  }
  if (page.html !== undefined) {
    page = await browser.submit(page, '/oauth/authorize');
  }
  assert.ok(page.url.href.startsWith(CALLBACK), `the browser ended at ${page.url}: ${page.html}`);
  assert.equal(page.url.searchParams.get('iss'), SITE, 'the answer does not name the issuer (RFC 9207)');
  return page.url;
}

/** The library checks state, nonce, issuer, the id token's signature and claims; `send` makes the request's address. */
async function codeFlow(configuration, browser, send, options) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedNonce = oidc.randomNonce();
  const expectedState = oidc.randomState();
  const url = await send(
    configuration,
    {
      redirect_uri: CALLBACK,
      scope: SCOPES,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      nonce: expectedNonce,
      state: expectedState,
    },
    options,
  );
  const back = await allow(browser, url);
  const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
  return oidc.authorizationCodeGrant(configuration, back, checks, undefined, options);
}

async function introspect(configuration, token, active) {
  const answer = await oidc.tokenIntrospection(configuration, token);
  assert.equal(answer.active, active);
  step('introspection', `active=${active}`);
}

async function refresh(configuration, tokens) {
  const renewed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token, 'the refresh token did not rotate');
  step('refresh', 'rotated');
  return renewed;
}

async function useApi(configuration, tokens, options) {
  const answer = await oidc.fetchProtectedResource(
    configuration,
    tokens.access_token,
    new URL(`${API}/auth/me`),
    'GET',
    undefined,
    undefined,
    options,
  );
  const me = await answer.json();
  assert.equal(me.username, USERNAME);
  return me;
}

async function clientCredentials(configuration) {
  const tokens = await oidc.clientCredentialsGrant(configuration, { scope: 'tunnels:read' });
  assert.equal(tokens.refresh_token, undefined, 'client credentials came with a refresh token');
  step('client credentials', `scope ${tokens.scope}`);
}

async function deviceFlow(device, browser) {
  const configuration = await discover(device);
  const started = await oidc.initiateDeviceAuthorization(configuration, { scope: 'tunnels:read' });
  const tokens = oidc.pollDeviceAuthorizationGrant(configuration, started);
  let page = await browser.open(started.verification_uri);
  page = await browser.submit(page, '/oauth/device', { user_code: started.user_code });
  page = await browser.submit(page, '/oauth/device');
  assert.match(page.html, /The device is connected/);
  step('device flow', `scope ${(await tokens).scope}`);
}

/** Tokens bound to a key (RFC 9449), from a public client: at the token endpoint, at the API and at the refresh. */
async function keyBound(phone, browser) {
  const configuration = await discover(phone);
  const DPoP = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair('ES256'));
  const tokens = await codeFlow(configuration, browser, oidc.buildAuthorizationUrl, { DPoP });
  assert.equal(tokens.token_type, 'dpop');
  await useApi(configuration, tokens, { DPoP });
  const asBearer = await fetch(`${API}/auth/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.equal(asBearer.status, 401, 'a bound token was taken without its proof');
  const renewed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token, undefined, { DPoP });
  assert.equal(renewed.token_type, 'dpop');
  const thief = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair('ES256'));
  await assert.rejects(oidc.refreshTokenGrant(configuration, renewed.refresh_token, undefined, { DPoP: thief }));
  step('DPoP', 'bound at issue, at the API and at refresh; refused without the key');
}

async function revoke(configuration, tokens) {
  await oidc.tokenRevocation(configuration, tokens.refresh_token, { token_type_hint: 'refresh_token' });
  await introspect(configuration, tokens.access_token, false);
  await assert.rejects(oidc.refreshTokenGrant(configuration, tokens.refresh_token), { error: 'invalid_grant' });
  step('revocation', 'the whole grant has ended');
}

async function logOut(configuration, browser, idToken) {
  const url = oidc.buildEndSessionUrl(configuration, {
    id_token_hint: idToken,
    post_logout_redirect_uri: GOODBYE,
    state: 'bye',
  });
  const page = await browser.open(url);
  assert.equal(page.url.href, `${GOODBYE}?state=bye`);
  const again = await browser.open(
    oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
      state: 'again',
    }),
  );
  assert.match(again.html, /<h1>Sign in<\/h1>/);
  step('RP-initiated logout');
}

async function walk() {
  assert.ok(PASSWORD, 'set CULVERT_PASSWORD');
  const { web, phone, device } = await registerAll();
  const configuration = await discover(web);
  assert.equal(configuration.serverMetadata().issuer, SITE);
  step('discovery', SITE);
  const browser = new Browser(SITE);
  const tokens = await codeFlow(configuration, browser, oidc.buildAuthorizationUrl);
  step('authorization code with PKCE', `id token of ${tokens.claims().sub}`);
  step('API call', `as ${(await useApi(configuration, tokens)).username}`);
  const info = await oidc.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
  step('userinfo', Object.keys(info).sort().join(', '));
  await introspect(configuration, tokens.access_token, true);
  const renewed = await refresh(configuration, tokens);
  await codeFlow(configuration, browser, oidc.buildAuthorizationUrlWithPAR);
  step('pushed authorization request');
  await clientCredentials(configuration);
  await deviceFlow(device, browser);
  await keyBound(phone, browser);
  await revoke(configuration, renewed);
  await logOut(configuration, browser, renewed.id_token ?? tokens.id_token);
}

try {
  await walk();
  console.log('All flows completed with openid-client.');
} catch (failure) {
  console.error('FAILED ', failure);
  process.exitCode = 1;
} finally {
  await Promise.all(registered.map((id) => call('DELETE', `/oauth/applications/${id}`)));
}
