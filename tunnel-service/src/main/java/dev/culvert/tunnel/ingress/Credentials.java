package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

/** The caller's credentials on the data port: read once, and never passed on (requirement R4.1d). */
final class Credentials {
    private static final String BEARER = "Bearer ";

    /** First characters of every API key of the suite. */
    private static final String KEY_MARK = "cvt_";

    private Credentials() {}

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
