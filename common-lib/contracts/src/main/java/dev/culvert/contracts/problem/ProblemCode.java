package dev.culvert.contracts.problem;

import static dev.culvert.contracts.problem.ProblemCategory.AUTHENTICATION;
import static dev.culvert.contracts.problem.ProblemCategory.AUTHORIZATION;
import static dev.culvert.contracts.problem.ProblemCategory.CONFLICT;
import static dev.culvert.contracts.problem.ProblemCategory.RATE_LIMIT;
import static dev.culvert.contracts.problem.ProblemCategory.SERVER;
import static dev.culvert.contracts.problem.ProblemCategory.VALIDATION;

/** Every code a caller can meet, with its status, title and what to do about it (requirements X-2, R12.3). */
public enum ProblemCode {
    VALIDATION_ERROR(
            400,
            VALIDATION,
            "Request is not valid",
            "Correct the fields named in error.details and send the request again."),
    MALFORMED_BODY(400, VALIDATION, "Body cannot be read", "Send a well-formed body that matches its Content-Type."),
    MISSING_CONTENT_TYPE(
            400, VALIDATION, "Content-Type is missing", "Add a Content-Type header, e.g. application/json."),
    INVALID_AUTH_HEADER(
            400, VALIDATION, "Authorization header is not valid", "Send 'Authorization: Bearer <token or API key>'."),
    MISSING_TOKEN(
            400, VALIDATION, "Token is missing from the body", "Send the token in the field the documentation names."),
    METHOD_NOT_ALLOWED(405, VALIDATION, "Method is not allowed here", "Use one of the methods in the Allow header."),
    NOT_ACCEPTABLE(406, VALIDATION, "No acceptable representation", "Accept application/json."),
    PAYLOAD_TOO_LARGE(413, VALIDATION, "Body is too large", "Send a smaller body."),
    URI_TOO_LONG(414, VALIDATION, "Request line is too long", "Shorten the address or send the data in the body."),
    UNSUPPORTED_MEDIA_TYPE(
            415,
            VALIDATION,
            "Content-Type is not supported",
            "Send application/json unless the documentation says otherwise."),
    HEADERS_TOO_LARGE(431, VALIDATION, "Headers are too large", "Send fewer or shorter headers."),
    MISSING_FORM_FIELD(422, VALIDATION, "Form field is missing", "Send the form fields named in error.details."),
    IDEMPOTENCY_KEY_REUSED(
            422,
            VALIDATION,
            "Idempotency key belongs to another request",
            "Use a new Idempotency-Key for a different request."),

    AUTHENTICATION_FAILED(401, AUTHENTICATION, "Credentials are not right", "Check the name and the password."),
    AUTH_TOKEN_MISSING(
            401,
            AUTHENTICATION,
            "Credentials are missing",
            "Send an access token or API key in the Authorization header."),
    AUTH_TOKEN_INVALID(401, AUTHENTICATION, "Credentials are not valid", "Sign in again or use another API key."),
    AUTH_TOKEN_EXPIRED(401, AUTHENTICATION, "Token has expired", "Use the refresh token to get a new access token."),
    REAUTHENTICATION_REQUIRED(
            401,
            AUTHENTICATION,
            "Sign-in is too long ago for this",
            "Prove who you are with POST /api/v1/auth/reauthenticate or sign in again; repeat with the new token."),
    REFRESH_TOKEN_INVALID(401, AUTHENTICATION, "Refresh token is not valid", "Sign in again."),

    FORBIDDEN(
            403, AUTHORIZATION, "Not allowed", "Ask the owner or an administrator for the right named in the detail."),
    EMAIL_NOT_VERIFIED(
            403,
            AUTHORIZATION,
            "E-mail address is not verified",
            "Open the link in the verification mail, or ask for a new one."),
    ACCOUNT_LOCKED(403, AUTHORIZATION, "Account is locked", "Wait for the time in Retry-After or reset the password."),
    ORIGIN_NOT_ALLOWED(
            403, AUTHORIZATION, "Origin is not allowed", "Ask the operator to add the origin to the allowed list."),

    NOT_FOUND(404, ProblemCategory.NOT_FOUND, "Not found", "Check the address and the id."),
    TUNNEL_001(
            404,
            ProblemCategory.NOT_FOUND,
            "Tunnel not found",
            "Check the tunnel's name or id and that it belongs to you."),
    PROXY_001(
            404,
            ProblemCategory.NOT_FOUND,
            "Proxy not found",
            "Check the proxy's name or id and that it belongs to you."),
    WEBHOOK_001(
            404, ProblemCategory.NOT_FOUND, "Webhook not found", "Check the webhook's id and that it belongs to you."),
    API_KEY_001(404, ProblemCategory.NOT_FOUND, "API key not found", "Check the key's id and that it belongs to you."),
    USER_001(404, ProblemCategory.NOT_FOUND, "User not found", "Check the user's id."),

    GONE(
            410,
            ProblemCategory.NOT_FOUND,
            "No longer here",
            "Use the address in the Link header; /deprecation/status tells what else is going away."),

    CONFLICT_STATE(409, CONFLICT, "Not possible in the present state", "Read the resource again and decide anew."),
    ALREADY_EXISTS(409, CONFLICT, "Already exists", "Choose another name or use the existing one."),
    REQUEST_IN_PROGRESS(
            409,
            CONFLICT,
            "The same request is being processed",
            "Wait for the first request's answer, then repeat it."),

    RATE_LIMIT_EXCEEDED(429, RATE_LIMIT, "Too many requests", "Wait for the seconds in Retry-After, then try again."),
    QUOTA_EXCEEDED(429, RATE_LIMIT, "Quota is used up", "Remove what is no longer needed or choose a larger plan."),
    TOO_MANY_STREAMS(
            429,
            RATE_LIMIT,
            "Too many requests at once",
            "Wait until running requests have ended, or raise the limit of the tunnel."),

    REQUEST_TIMEOUT_CLIENT(
            408, VALIDATION, "Request was sent too slowly", "Send the whole request without long pauses."),

    INTERNAL_ERROR(500, SERVER, "Internal error", "Try again; if it stays, tell the operator the correlation id."),
    UPSTREAM_ERROR(
            502, SERVER, "Upstream gave no valid answer", "Check that the service behind the address is running."),
    TARGET_UNREACHABLE(
            502,
            SERVER,
            "Local service cannot be reached",
            "Start the service the agent forwards to, or correct the agent's --to address."),
    SERVICE_UNAVAILABLE(
            503, ProblemCategory.SERVICE_UNAVAILABLE, "Service is not available", "Try again in a few seconds."),
    AGENT_OFFLINE(
            503,
            ProblemCategory.SERVICE_UNAVAILABLE,
            "No agent is connected",
            "Start the agent: culvert agent --tunnel NAME --to URL."),
    TUNNEL_STOPPED(503, ProblemCategory.SERVICE_UNAVAILABLE, "Tunnel is stopped", "Start the tunnel, then try again."),
    PROXY_STOPPED(503, ProblemCategory.SERVICE_UNAVAILABLE, "Proxy is stopped", "Start the proxy, then try again."),
    NO_HEALTHY_TARGET(
            503,
            ProblemCategory.SERVICE_UNAVAILABLE,
            "No target can be reached",
            "Start an agent or service behind one of the proxy's targets."),
    REQUEST_TIMEOUT(
            504,
            ProblemCategory.SERVICE_UNAVAILABLE,
            "Answer took too long",
            "Try again later or raise the idle timeout.");

    private final int status;
    private final ProblemCategory category;
    private final String title;
    private final String suggestion;

    ProblemCode(int status, ProblemCategory category, String title, String suggestion) {
        this.status = status;
        this.category = category;
        this.title = title;
        this.suggestion = suggestion;
    }

    /** HTTP status the code is answered with. */
    public int status() {
        return status;
    }

    /** Kind of failure. */
    public ProblemCategory category() {
        return category;
    }

    /** The same short sentence for every occurrence. */
    public String title() {
        return title;
    }

    /** What the caller can do next. */
    public String suggestion() {
        return suggestion;
    }

    /** URI reference of the page that explains the code, relative to the gateway; the body's {@code type}. */
    public String type() {
        return "/docs/problems#" + name();
    }
}
