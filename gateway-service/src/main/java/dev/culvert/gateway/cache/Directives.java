package dev.culvert.gateway.cache;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** The directives of {@code Cache-Control}, one by one (RFC 9111 §5.2); names in lower case, values without quotes. */
record Directives(Map<String, String> byName) {
    private static final long MOST_SECONDS = Integer.MAX_VALUE;

    /** Reads a list in one header or several, quoted commas and all. */
    static Directives parse(List<String> headers) {
        if (headers.isEmpty()) {
            return new Directives(Map.of());
        }
        Map<String, String> found = new HashMap<>();
        for (String header : headers) {
            int start = 0;
            boolean quoted = false;
            for (int i = 0; i <= header.length(); i++) {
                if (i < header.length() && header.charAt(i) == '"') {
                    quoted = !quoted;
                } else if (i == header.length() || (header.charAt(i) == ',' && !quoted)) {
                    add(header.substring(start, i).strip(), found);
                    start = i + 1;
                }
            }
        }
        return new Directives(found);
    }

    private static void add(String directive, Map<String, String> found) {
        if (directive.isEmpty()) {
            return;
        }
        int equals = directive.indexOf('=');
        String name = equals < 0 ? directive : directive.substring(0, equals);
        String value = equals < 0 ? "" : directive.substring(equals + 1).strip();
        if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
            value = value.substring(1, value.length() - 1);
        }
        found.putIfAbsent(name.strip().toLowerCase(Locale.ROOT), value);
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /** Seconds of a directive; 0 when it is there but cannot be read, which makes an answer stale (RFC 9111 §4.2.1). */
    OptionalLong seconds(String name) {
        String value = byName.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value.isEmpty() || !value.chars().allMatch(Character::isDigit)) {
            return OptionalLong.of(0);
        }
        return OptionalLong.of(value.length() > 10 ? MOST_SECONDS : Math.min(MOST_SECONDS, Long.parseLong(value)));
    }
}
