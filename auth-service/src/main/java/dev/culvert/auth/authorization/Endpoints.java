package dev.culvert.auth.authorization;

import dev.culvert.auth.browser.Continuation;

/** Paths of the authorization server, the same through the gateway. */
final class Endpoints {
    static final String AUTHORIZE = Continuation.AUTHORIZE;
    static final String TOKEN = "/oauth/token";
    static final String INTROSPECT = "/oauth/introspect";
    static final String REVOKE = "/oauth/revoke";
    static final String PUSHED_REQUESTS = "/oauth/par";
    static final String DEVICE_AUTHORIZATION = "/oauth/device_authorization";
    static final String DEVICE = Continuation.DEVICE;
    static final String CONSENT = "/oauth/consent";
    static final String LOGOUT = "/oauth/logout";
    static final String USERINFO = "/oauth/userinfo";
    static final String JWKS = "/oauth2/jwks";

    /** Where applications call, proving who they are. */
    private static final String[] FOR_CLIENTS = {TOKEN, INTROSPECT, REVOKE, PUSHED_REQUESTS, DEVICE_AUTHORIZATION};

    /** Where browsers go. */
    private static final String[] FOR_BROWSERS = {
        AUTHORIZE,
        DEVICE,
        DEVICE + "/**",
        "/oauth/sign-in",
        "/oauth/sign-in/**",
        CONSENT,
        CONSENT + "/**",
        LOGOUT,
        LOGOUT + "/**"
    };

    private Endpoints() {}

    static String[] forClients() {
        return FOR_CLIENTS.clone();
    }

    static String[] forBrowsers() {
        return FOR_BROWSERS.clone();
    }
}
