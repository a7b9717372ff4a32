package dev.culvert.auth.cleanup;

/** Rows of one kind that have served their time. A feature has a bean of it for each of its tables that would grow. */
public interface Leftovers {
    /** What they are, in the plural, for logs and metrics, e.g. {@code refresh tokens}. */
    String name();

    /**
     * Removes some; runs in its own transaction in the system scope, perhaps on several instances at once.
     *
     * @param limit most rows to remove
     * @return rows removed; fewer than {@code limit} when none is left
     */
    int remove(int limit);
}
