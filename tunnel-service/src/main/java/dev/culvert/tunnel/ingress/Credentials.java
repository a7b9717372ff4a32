package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Optional;

/** The caller's credentials on the data port: read once, and never passed on (requirement R4.1d). */
final class Credentials {
    static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    /** First characters of every API key of the suite. */
    private static final String KEY_MARK = "cvt_";

    private Credentials() {}

    /**
     * Takes what a request shows out of it. The gateway sends an access token in a header of its own, and then
     * Authorization is the local service's business; likewise with the token of a link.
     *
     * @param linked token of a link that the path had
     */
    static Shown show(HttpHeaders headers, Optional<String> linked) {
        Optional<String> shareToken = linked.or(() -> Optional.ofNullable(headers.get(HeaderNames.SHARE_TOKEN)));
        headers.remove(HeaderNames.SHARE_TOKEN);
        if (shareToken.isPresent()) {
            headers.remove(HeaderNames.CALLER_TOKEN);
            removeIfOurs(headers, HeaderNames.API_KEY);
            removeIfOurs(headers, HttpHeaderNames.AUTHORIZATION.toString());
            return new Shown.Visitor(shareToken, Optional.empty());
        }
        if (headers.contains(HeaderNames.CALLER_TOKEN)) {
            return new Shown.Account(take(headers), true);
        }
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
        if (authorization == null) {
            removeIfOurs(headers, HeaderNames.API_KEY);
            return new Shown.Visitor(Optional.empty(), Optional.empty());
        }
        if (authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            removeIfOurs(headers, HeaderNames.API_KEY);
            headers.remove(HttpHeaderNames.AUTHORIZATION);
            return new Shown.Visitor(
                    Optional.empty(),
                    Optional.of(authorization.substring(BASIC.length()).trim()));
        }
        return new Shown.Account(take(headers), false);
    }

    /**
     * Takes the access token out of a request. The gateway sends it in a header of its own, and then Authorization is the
     * local service's business; without it Authorization is ours.
     */
    static String take(HttpHeaders headers) {
        String fromGateway = headers.get(HeaderNames.CALLER_TOKEN);
        removeIfOurs(headers, HeaderNames.API_KEY);
        if (fromGateway != null) {
            headers.remove(HeaderNames.CALLER_TOKEN);
            removeIfOurs(headers, HttpHeaderNames.AUTHORIZATION.toString());
            return fromGateway;
        }
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
        headers.remove(HttpHeaderNames.AUTHORIZATION);
        if (authorization == null) {
            throw new ProblemException(
                    ProblemCode.AUTH_TOKEN_MISSING, "Send an access token or API key in the Authorization header.");
        }
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new ProblemException(
                    ProblemCode.INVALID_AUTH_HEADER, "The Authorization header must start with 'Bearer '.");
        }
        return authorization.substring(BEARER.length()).trim();
    }

    /** Whether a bearer token is an API key of the suite, good or not. */
    static boolean isOurs(String token) {
        return token.startsWith(KEY_MARK);
    }

    /** A key of the suite that slipped through is not for the local service to see. */
    private static void removeIfOurs(HttpHeaders headers, String name) {
        for (String value : headers.getAll(name)) {
            if (AsciiString.contains(value, KEY_MARK)) {
                headers.remove(name);
                return;
            }
        }
    }
}
