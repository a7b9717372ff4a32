package dev.culvert.platform.paging;

import java.util.List;
import java.util.function.Function;

/**
 * A part of a list.
 *
 * @param total items in the whole list
 * @param page number of the page, counted from 1
 * @param hasMore whether there are items behind these
 */
public record Page<T>(List<T> items, long total, int limit, int offset, int page, boolean hasMore) {

    public Page {
        items = List.copyOf(items);
    }

    /** The answer to a request. */
    public static <T> Page<T> of(List<T> items, long total, PageRequest request) {
        boolean hasMore = (long) request.offset() + items.size() < total;
        return new Page<>(items, total, request.limit(), request.offset(), request.page(), hasMore);
    }

    /** The same page of other items. */
    public <R> Page<R> map(Function<? super T, ? extends R> mapping) {
        return new Page<>(items.stream().<R>map(mapping).toList(), total, limit, offset, page, hasMore);
    }
}
