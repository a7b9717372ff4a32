package dev.culvert.tunnelprotocol;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which header fields may pass from one connection to the next (RFC 9110 §7.6.1). */
final class HeaderRules {
    /** Fields that belong to one connection, whether Connection names them or not. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    /** Fields that a Connection header cannot take away, because our own answer depends on them. */
    private static final Set<String> NEVER_NOMINATED = Set.of("content-length", "host", "content-type");

    private HeaderRules() {}

    /** Names that Connection nominates, in lower case. */
    static Set<String> nominated(HttpHeaders headers) {
        List<String> values = headers.getAll(HttpHeaderNames.CONNECTION);
        if (values.isEmpty()) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (String value : values) {
            for (String name : value.split(",", -1)) {
                String trimmed = name.trim().toLowerCase(Locale.ROOT);
                if (!trimmed.isEmpty() && !NEVER_NOMINATED.contains(trimmed)) {
                    names.add(trimmed);
                }
            }
        }
        return names;
    }

    /** Whether a field in lower case may pass. */
    static boolean passes(String lowerCaseName, Set<String> nominated) {
        return !HOP_BY_HOP.contains(lowerCaseName)
                && !nominated.contains(lowerCaseName)
                && !lowerCaseName.startsWith(TunnelProtocol.INTERNAL_PREFIX);
    }

    /** {@code te: trailers} is the one value of TE that HTTP/2 allows, and gRPC asks for it (RFC 9113 §8.2.2). */
    static boolean acceptsTrailers(HttpHeaders headers) {
        for (String value : headers.getAll(HttpHeaderNames.TE)) {
            if (AsciiString.containsIgnoreCase(value, "trailers")) {
                return true;
            }
        }
        return false;
    }
}
