package dev.culvert.gateway.ratelimit;

/**
 * At most {@code limit} calls in any {@code span}.
 *
 * @param name which limit this is, for callers and metrics; from a closed set, e.g. {@code user-minute}
 * @param key what is counted, the same on all instances
 * @param patient whether those who go on calling while refused wait longer each time
 * @param alias the word older clients know for a refusal, or empty
 */
record Window(String name, String key, int limit, Span span, boolean patient, String alias) {
    Window {
        if (limit < 1) {
            throw new IllegalArgumentException("A limit of less than one call refuses everything: " + key);
        }
    }

    Window(String name, String key, int limit, Span span) {
        this(name, key, limit, span, false, "");
    }
}
