package dev.culvert.tunnel.inspector;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Takes out what nobody may read later, not even a tunnel's owner: callers' credentials. */
final class Redaction {
    /** In place of what was there. */
    static final String REDACTED = "[redacted]";

    private static final Set<String> NAMES = Set.of(
            "authorization",
            "proxy-authorization",
            "cookie",
            "set-cookie",
            "x-api-key",
            "www-authenticate",
            "authentication-info",
            "x-forwarded-client-cert");

    /** Parts of names that people give to secrets, after their hyphens and underscores are taken out. */
    private static final List<String> MARKS = List.of(
            "token", "secret", "password", "passwd", "apikey", "accesskey", "credential", "signature", "session");

    /** Names that were looked at; the same few come again and again. */
    private static final ConcurrentHashMap<String, Boolean> KNOWN = new ConcurrentHashMap<>();

    private static final int MAX_KNOWN = 1_000;

    private Redaction() {}

    /** Whether a value of this name, of a header or query parameter, is a secret. */
    static boolean isSecret(String name) {
        Boolean known = KNOWN.get(name);
        if (known != null) {
            return known;
        }
        boolean secret = looksSecret(name);
        if (KNOWN.size() < MAX_KNOWN) {
            KNOWN.put(name, secret);
        }
        return secret;
    }

    private static boolean looksSecret(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        String letters = lowerCase.replace("-", "").replace("_", "");
        return NAMES.contains(lowerCase)
                || lowerCase.equals("key")
                || MARKS.stream().anyMatch(letters::contains);
    }

    /** Fields in their order, secret ones without their value. */
    static List<Header> headers(HttpHeaders headers) {
        List<Header> shown = new ArrayList<>(headers.size());
        headers.forEach(
                field -> shown.add(new Header(field.getKey(), isSecret(field.getKey()) ? REDACTED : field.getValue())));
        return List.copyOf(shown);
    }

    /** Path and query, secret parameters without their value. */
    static String path(String path) {
        int query = path.indexOf('?');
        if (query < 0) {
            return path;
        }
        return path.substring(0, query + 1)
                + Stream.of(path.substring(query + 1).split("&", -1))
                        .map(Redaction::parameter)
                        .collect(Collectors.joining("&"));
    }

    private static String parameter(String parameter) {
        int equals = parameter.indexOf('=');
        return equals >= 0 && isSecret(parameter.substring(0, equals))
                ? parameter.substring(0, equals + 1) + REDACTED
                : parameter;
    }
}
