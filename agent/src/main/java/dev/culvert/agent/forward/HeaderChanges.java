package dev.culvert.agent.forward;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Fields of a head that the local user wants changed.
 *
 * @param set fields with the value they get, whatever they had before
 * @param remove fields that are taken out, before others are set
 */
public record HeaderChanges(Map<String, String> set, Set<String> remove) {
    public static final HeaderChanges NONE = new HeaderChanges(Map.of(), Set.of());

    /** Fields that hold a message together; whoever changes them breaks it. */
    private static final Set<String> FRAMING = Set.of(
            HttpHeaderNames.CONNECTION.toString(),
            HttpHeaderNames.CONTENT_LENGTH.toString(),
            HttpHeaderNames.TRANSFER_ENCODING.toString(),
            HttpHeaderNames.UPGRADE.toString(),
            HttpHeaderNames.HOST.toString());

    public HeaderChanges {
        check(set.keySet());
        check(remove);
        for (Map.Entry<String, String> field : set.entrySet()) {
            if (field.getValue().chars().anyMatch(c -> c < ' ' || c > '~')) {
                throw new IllegalArgumentException(
                        "The value for header " + field.getKey() + " has characters that no header may have");
            }
        }
        set = Map.copyOf(lowerCase(set));
        remove = Set.copyOf(
                new TreeSet<>(remove.stream().map(HeaderChanges::lowerCase).toList()));
    }

    private static void check(Collection<String> names) {
        for (String name : names) {
            if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
                throw new IllegalArgumentException("'" + name + "' is no name of a header");
            }
            if (FRAMING.contains(lowerCase(name))) {
                throw new IllegalArgumentException("The header " + name + " cannot be changed: the agent needs it");
            }
        }
    }

    private static Map<String, String> lowerCase(Map<String, String> fields) {
        Map<String, String> lower = new TreeMap<>();
        fields.forEach((name, value) -> lower.put(lowerCase(name), value));
        return lower;
    }

    private static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** These, then {@code others}, which win. */
    public HeaderChanges and(HeaderChanges others) {
        Map<String, String> fields = new TreeMap<>(set);
        fields.putAll(others.set);
        return new HeaderChanges(
                fields,
                Set.copyOf(Stream.of(remove, others.remove)
                        .flatMap(Set::stream)
                        .distinct()
                        .toList()));
    }

    void apply(HttpHeaders headers) {
        for (String name : remove) {
            headers.remove(name);
        }
        set.forEach((name, value) -> headers.set(name, value));
    }
}
