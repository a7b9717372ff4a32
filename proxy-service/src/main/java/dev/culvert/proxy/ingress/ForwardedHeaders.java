package dev.culvert.proxy.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.proxy.proxy.Target;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which headers go on to a target and which come back. */
final class ForwardedHeaders {
    /** Speak about one connection, not about the message (RFC 9110 §7.6.1), and two that everybody treats so. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final String INTERNAL = HeaderNames.INTERNAL_PREFIX.toLowerCase(Locale.ROOT);

    private ForwardedHeaders() {}

    /**
     * Copies a request's headers for a target. {@code Host} becomes the target's own; {@code Expect} is answered here. Of
     * the internal headers only the caller's token goes on, and that only to tunnel-service.
     */
    static void toTarget(HttpHeaders from, HttpHeaders to, Target target) {
        Set<String> dropped = named(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean internal = name.startsWith(INTERNAL)
                    && !(target instanceof Target.Tunnel && name.equalsIgnoreCase(HeaderNames.CALLER_TOKEN));
            if (!internal && !dropped.contains(name) && !name.equals("host") && !name.equals("expect")) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    /** Copies an answer's headers for the caller. */
    static void toCaller(HttpHeaders from, HttpHeaders to) {
        Set<String> dropped = named(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!dropped.contains(name) && !name.startsWith(INTERNAL)) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    /** The hop-by-hop headers, those included that {@code Connection} names. */
    private static Set<String> named(HttpHeaders headers) {
        Set<String> names = new HashSet<>(HOP_BY_HOP);
        headers.getAll(HttpHeaderNames.CONNECTION).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .forEach(names::add);
        return names;
    }
}
