package dev.culvert.contracts.identity;

/**
 * Claims of an access token beside the registered ones (RFC 9068): {@code sub} is the user id (UUID), {@code scope} the
 * space-separated scopes, {@code aud} contains {@link #AUDIENCE}, header {@code typ} is {@link #TYPE}.
 */
public final class CallerClaims {
    /** JOSE header {@code typ} of access tokens (RFC 9068 §2.1). */
    public static final String TYPE = "at+jwt";

    /** Audience of every service of the suite. */
    public static final String AUDIENCE = "culvert";

    /** Tenant id, a UUID. */
    public static final String TENANT = "tenant";

    /** {@link Tier#wireName()}. */
    public static final String TIER = "tier";

    /** Array of {@link Role#wireName()}. */
    public static final String ROLES = "roles";

    /** Space-separated scopes (RFC 8693 §4.2). */
    public static final String SCOPE = "scope";

    /** Session the token belongs to, a UUID; absent on tokens made from an API key. */
    public static final String SESSION = "sid";

    /** Id of the API key the token was made from, a UUID; absent on sign-in tokens. */
    public static final String API_KEY = "api_key_id";

    /** When somebody last proved who they are, in seconds (OpenID Connect Core §2); absent on tokens made from an API key. */
    public static final String AUTHENTICATED_AT = "auth_time";

    /** Array of how they proved it (RFC 8176): {@code pwd}, and {@code otp} with {@code mfa} for a second factor. */
    public static final String METHODS = "amr";

    private CallerClaims() {}
}
