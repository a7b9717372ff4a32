package dev.culvert.tunnel.ingress;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Request target {@code /t/{name}/rest?query}, taken apart without changing the rest.
 *
 * @param name decoded name of the tunnel
 * @param prefix raw {@code /t/{name}}
 * @param forwarded raw path and query for the local service
 */
record TunnelPath(String name, String prefix, String forwarded) {
    private static final String START = "/t/";
    private static final int MAX_NAME_LENGTH = 255;

    /** Empty if the target is not one of a tunnel. */
    static Optional<TunnelPath> parse(String target) {
        String path = withoutAuthority(target);
        if (!path.startsWith(START)) {
            return Optional.empty();
        }
        int end = START.length();
        while (end < path.length() && path.charAt(end) != '/' && path.charAt(end) != '?') {
            end++;
        }
        String rest = path.substring(end);
        return decode(path.substring(START.length(), end))
                .map(name -> new TunnelPath(
                        name,
                        path.substring(0, path.length() - rest.length()),
                        rest.startsWith("/") ? rest : "/" + rest));
    }

    /** The absolute form, which every server must accept (RFC 9112 §3.2.2). */
    private static String withoutAuthority(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        int authority = target.indexOf("://");
        int path = authority < 0 ? -1 : target.indexOf('/', authority + 3);
        return path < 0 ? target : target.substring(path);
    }

    private static Optional<String> decode(String segment) {
        try {
            String name = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
            return name.isEmpty() || name.length() > MAX_NAME_LENGTH ? Optional.empty() : Optional.of(name);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Path without the query, for error bodies. */
    static String withoutQuery(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
