package dev.culvert.contracts.identity;

import java.util.Set;

/**
 * OAuth scope names (RFC 6749 §3.3). A sign-in token holds {@link #ALL}; an API key holds those it was created with.
 */
public final class Scope {
    public static final String PROFILE_READ = "profile:read";
    public static final String PROFILE_WRITE = "profile:write";

    /**
     * Change how somebody signs in: password, sessions. Never grantable to an API key, so that a leaked key cannot take
     * an account over.
     */
    public static final String ACCOUNT_MANAGE = "account:manage";

    /** Manage API keys. Never grantable to an API key itself, so that a leaked key cannot mint others. */
    public static final String KEYS_MANAGE = "keys:manage";

    public static final String TUNNELS_READ = "tunnels:read";
    public static final String TUNNELS_WRITE = "tunnels:write";

    /** Connect an agent to one's own tunnel. */
    public static final String TUNNELS_CONNECT = "tunnels:connect";

    /** Send requests through {@code /t/{name}/…}. */
    public static final String TUNNELS_USE = "tunnels:use";

    public static final String PROXIES_READ = "proxies:read";
    public static final String PROXIES_WRITE = "proxies:write";

    /** Send requests through {@code /p/{name}/…}. */
    public static final String PROXIES_USE = "proxies:use";

    public static final String WEBHOOKS_READ = "webhooks:read";
    public static final String WEBHOOKS_WRITE = "webhooks:write";

    /** Use the permissions of the caller's role. Never grantable to an API key. */
    public static final String ADMIN = "admin";

    /** Every scope there is. */
    public static final Set<String> ALL = Set.of(
            PROFILE_READ,
            PROFILE_WRITE,
            ACCOUNT_MANAGE,
            KEYS_MANAGE,
            TUNNELS_READ,
            TUNNELS_WRITE,
            TUNNELS_CONNECT,
            TUNNELS_USE,
            PROXIES_READ,
            PROXIES_WRITE,
            PROXIES_USE,
            WEBHOOKS_READ,
            WEBHOOKS_WRITE,
            ADMIN);

    /** What an API key may be given. */
    public static final Set<String> GRANTABLE_TO_KEYS = Set.of(
            PROFILE_READ,
            TUNNELS_READ,
            TUNNELS_WRITE,
            TUNNELS_CONNECT,
            TUNNELS_USE,
            PROXIES_READ,
            PROXIES_WRITE,
            PROXIES_USE,
            WEBHOOKS_READ,
            WEBHOOKS_WRITE);

    private Scope() {}
}
