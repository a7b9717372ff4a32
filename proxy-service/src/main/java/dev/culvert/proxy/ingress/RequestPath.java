package dev.culvert.proxy.ingress;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.springframework.web.util.UriUtils;

/**
 * A request target {@code /p/{name}/rest?query} taken apart.
 *
 * @param name decoded name of the proxy
 * @param rest raw path and query behind the name, beginning with a slash
 */
record RequestPath(String name, String rest) {
    private static final String PREFIX = "/p/";

    /**
     * Reads a raw request target.
     *
     * @throws ProblemException NOT_FOUND when it is no proxy's path, VALIDATION_ERROR when it is not well-formed or would
     *     climb out of the target's own path
     */
    static RequestPath parse(String uri) {
        if (!uri.startsWith(PREFIX)) {
            throw notFound();
        }
        int end = nameEnd(uri);
        String name = decode(uri.substring(PREFIX.length(), end));
        if (name.isEmpty()) {
            throw notFound();
        }
        String behind = uri.substring(end);
        String rest = behind.startsWith("/") ? behind : "/" + behind;
        refuseDotSegments(rest);
        return new RequestPath(name, rest);
    }

    private static int nameEnd(String uri) {
        for (int i = PREFIX.length(); i < uri.length(); i++) {
            if (uri.charAt(i) == '/' || uri.charAt(i) == '?') {
                return i;
            }
        }
        return uri.length();
    }

    private static void refuseDotSegments(String rest) {
        int query = rest.indexOf('?');
        String path = query < 0 ? rest : rest.substring(0, query);
        boolean climbs = Arrays.stream(path.split("[/\\\\]"))
                .map(RequestPath::decode)
                .anyMatch(segment -> segment.equals(".") || segment.equals(".."));
        if (climbs) {
            throw new ProblemException(
                    ProblemCode.VALIDATION_ERROR, "The path has . or .. segments. Send it in its normal form.");
        }
    }

    private static String decode(String raw) {
        try {
            return UriUtils.decode(raw, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw new ProblemException(
                    ProblemCode.VALIDATION_ERROR, "The path has a % that begins no escape. Encode it as %25.");
        }
    }

    private static ProblemException notFound() {
        return new ProblemException(ProblemCode.NOT_FOUND, "Proxies are reached at /p/{name}/.");
    }
}
