package dev.culvert.gateway.cache;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/** Status and headers of an answer, fixed. */
record Head(int status, List<Field> fields) {
    /** What belongs to one connection or one exchange, and is not kept (RFC 9111 §3.1). */
    private static final Set<String> NOT_KEPT =
            Set.of("connection", "keep-alive", "transfer-encoding", "age", "cache-status");

    /** One header line. */
    record Field(String name, String value) {}

    Head {
        fields = List.copyOf(fields);
    }

    static Head of(int status, HttpHeaders headers) {
        List<Field> fields = new ArrayList<>();
        headers.forEach((name, values) -> values.forEach(value -> fields.add(new Field(name, value))));
        return new Head(status, fields);
    }

    List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    Optional<String> first(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .findFirst();
    }

    /** Names in {@code Vary}, in lower case and sorted. */
    List<String> varies() {
        return all(HttpHeaders.VARY).stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .distinct()
                .sorted()
                .toList();
    }

    /** The moment a date header names; what cannot be read, or is said more than once, has passed long ago. */
    Optional<Instant> date(String name) {
        List<String> values = all(name);
        return switch (values.size()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(HttpDate.parse(values.getFirst()).orElse(Instant.EPOCH));
            default -> Optional.of(Instant.EPOCH);
        };
    }

    /** What is kept of it. */
    Head kept() {
        return new Head(
                status,
                fields.stream()
                        .filter(field -> !NOT_KEPT.contains(field.name().toLowerCase(Locale.ROOT)))
                        .toList());
    }

    /** This one with what a 304 says anew (RFC 9111 §3.2). */
    Head renewedBy(Head notModified) {
        List<Field> renewed = new ArrayList<>();
        for (Field field : fields) {
            if (notModified.first(field.name()).isEmpty() || describesBody(field)) {
                renewed.add(field);
            }
        }
        notModified.kept().fields().stream()
                .filter(field -> !describesBody(field))
                .forEach(renewed::add);
        return new Head(status, renewed);
    }

    private static boolean describesBody(Field field) {
        String name = field.name().toLowerCase(Locale.ROOT);
        return name.equals("content-length") || name.equals("content-encoding") || name.equals("content-range");
    }
}
