package dev.culvert.gateway.ratelimit;

/**
 * At most {@code limit} calls in any {@code span}.
 *
 * @param name which limit this is, for callers and metrics; from a closed set, e.g. {@code user-minute}
 * @param key what is counted, the same on all instances
 * @param patient whether those who go on calling while refused wait longer each time
 * @param alias the word older clients know for a refusal, or empty
 * @param pacedFrom from so many calls on the next ones wait for their turn; 0 when none does
 */
record Window(String name, String key, int limit, Span span, boolean patient, String alias, int pacedFrom) {
    Window {
        if (limit < 1) {
            throw new IllegalArgumentException("A limit of less than one call refuses everything: " + key);
        }
    }

    Window(String name, String key, int limit, Span span, boolean patient, String alias) {
        this(name, key, limit, span, patient, alias, 0);
    }

    Window(String name, String key, int limit, Span span) {
        this(name, key, limit, span, false, "");
    }

    /** The same, with calls that wait for their turn once the share of the limit is used. */
    Window paced(double share) {
        return new Window(name, key, limit, span, patient, alias, (int) Math.ceil(limit * share));
    }

    boolean isPaced() {
        return pacedFrom > 0;
    }

    /** Time between two calls at the pace at which the limit renews itself, rounded down. */
    long paceMillis() {
        return span.sliceMillis() * span.slices() / limit;
    }
}
