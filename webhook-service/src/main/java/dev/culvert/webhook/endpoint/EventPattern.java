package dev.culvert.webhook.endpoint;

import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an endpoint subscribes to: the short name of one event ({@code tunnel.created}), a family ({@code tunnel.*}) or
 * everything ({@code *}). Events of webhooks themselves cannot be subscribed to: each delivery would cause the next. Nor can those
 * of single calls, of which one delivery each would be a flood, and those of attacks, which are for operators.
 */
final class EventPattern {
    private static final String EVERYTHING = "*";

    private EventPattern() {}

    /** Whether a pattern names at least one event there is. */
    static boolean isKnown(String pattern) {
        return Arrays.stream(EventType.values())
                .filter(EventPattern::isDeliverable)
                .anyMatch(type -> matching(type).contains(pattern));
    }

    /** Every pattern that matches an event: its name, its family and everything. */
    static List<String> matching(EventType type) {
        String name = type.shortName();
        return List.of(name, name.substring(0, name.indexOf('.')) + ".*", EVERYTHING);
    }

    /** Every pattern a caller may use, for the sentence that refuses another one. */
    static List<String> known() {
        return Arrays.stream(EventType.values())
                .filter(EventPattern::isDeliverable)
                .flatMap(type -> Stream.of(type).map(EventPattern::matching))
                .flatMap(List::stream)
                .distinct()
                .sorted()
                .toList();
    }

    private static boolean isDeliverable(EventType type) {
        return !type.topic().equals(Topics.WEBHOOKS)
                && !type.topic().equals(Topics.SECURITY)
                && type != EventType.API_CALL_ENDED;
    }
}
