package dev.culvert.contracts.http;

/** Header names shared between services; names of RFC headers stay with the libraries that define them. */
public final class HeaderNames {
    /** One id for a request and everything it causes; echoed on the response (requirement R1.5). */
    public static final String CORRELATION_ID = "X-Correlation-ID";

    /** API key of the caller, for clients whose {@code Authorization} header belongs to the service behind a tunnel. */
    public static final String API_KEY = "X-API-Key";

    /**
     * Access token (compact JWS) of the verified caller on data-plane requests, set by the gateway. The caller's own
     * {@code Authorization} header stays free for the service behind the tunnel.
     */
    public static final String CALLER_TOKEN = "Culvert-Caller-Token";

    /**
     * Token of a link to a tunnel, in place of any other credential; also as query parameter {@code share}. Without the
     * internal prefix, since it comes from outside.
     */
    public static final String SHARE_TOKEN = "X-Share-Token";

    /** Every header with this prefix is internal: the gateway strips it from outside requests and responses. */
    public static final String INTERNAL_PREFIX = "Culvert-";

    /**
     * Why a credential was refused: {@code malformed}, {@code unknown}, {@code expired} or {@code revoked}. From auth-service to
     * the gateway, which records it; whoever sent the credential is not told.
     */
    public static final String REFUSAL_REASON = "Culvert-Refusal-Reason";

    /**
     * From the gateway to tunnel-service: a secret of this one request, with which the rest of its answer can be asked for at
     * any replica when the connection breaks.
     */
    public static final String RESUME_TOKEN = "Culvert-Resume-Token";

    /** Answer to {@link #RESUME_TOKEN}: the agent process that keeps the answer. To be said again with {@link #RESUME_FROM}. */
    public static final String RESUME_AGENT = "Culvert-Resume-Agent";

    /** From the gateway: bytes of the body that have arrived; a request with it is for the rest of an answer. */
    public static final String RESUME_FROM = "Culvert-Resume-From";

    /** Key under which the first answer to a POST is kept and repeated (IETF draft idempotency-key-header). */
    public static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private HeaderNames() {}
}
