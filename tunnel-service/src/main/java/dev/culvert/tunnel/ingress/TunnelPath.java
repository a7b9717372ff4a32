package dev.culvert.tunnel.ingress;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Request target {@code /t/{name}/rest?query}, taken apart without changing the rest, but for the token of a link.
 *
 * @param name decoded name of the tunnel
 * @param prefix raw {@code /t/{name}}
 * @param forwarded raw path and query for the local service
 * @param shareToken token of a link, which was taken out of the query; another parameter of that name is not ours
 */
record TunnelPath(String name, String prefix, String forwarded, Optional<String> shareToken) {
    private static final String START = "/t/";
    private static final int MAX_NAME_LENGTH = 255;
    private static final String SHARE_MARK = "share=cvs_";
    private static final Pattern SHARE = Pattern.compile("(?<=[?&])share=(cvs_[A-Za-z0-9_-]+)(&|$)");

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
        String prefix = path.substring(0, path.length() - rest.length());
        String forwarded = rest.startsWith("/") ? rest : "/" + rest;
        return decode(path.substring(START.length(), end)).map(name -> withoutShareToken(name, prefix, forwarded));
    }

    private static TunnelPath withoutShareToken(String name, String prefix, String forwarded) {
        int query = forwarded.indexOf('?');
        if (query < 0 || forwarded.indexOf(SHARE_MARK, query) < 0) {
            return new TunnelPath(name, prefix, forwarded, Optional.empty());
        }
        Matcher share = SHARE.matcher(forwarded);
        if (!share.find(query)) {
            return new TunnelPath(name, prefix, forwarded, Optional.empty());
        }
        String kept = forwarded.substring(0, share.start()) + forwarded.substring(share.end());
        boolean dangling = kept.endsWith("?") || kept.endsWith("&");
        return new TunnelPath(
                name, prefix, dangling ? kept.substring(0, kept.length() - 1) : kept, Optional.of(share.group(1)));
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
