package dev.culvert.platform.paging;

/**
 * Part of a list a caller asks for. Controllers take it as a parameter; it is read from {@code limit} and
 * {@code offset}, or from {@code limit} and {@code page}, which counts from 1.
 *
 * @param limit most items to answer, at least 1
 * @param offset items to leave out before the first, at least 0
 */
public record PageRequest(int limit, int offset) {
    /** Items of a page when the caller names no number. */
    public static final int DEFAULT_LIMIT = 50;

    /** Most items of a page unless {@link PageLimit} says otherwise. */
    public static final int MAX_LIMIT = 1000;

    public PageRequest {
        if (limit < 1 || offset < 0) {
            throw new IllegalArgumentException("limit " + limit + ", offset " + offset);
        }
    }

    /** Number of the page the offset falls into, counted from 1. */
    public int page() {
        return offset / limit + 1;
    }
}
