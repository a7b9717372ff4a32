package dev.culvert.gateway.cache;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/** What RFC 9111 and RFC 5861 allow a shared cache to do with an answer to an anonymous GET. */
final class CachePolicy {
    /** Statuses whose meaning is known and whose answer is complete (RFC 9110 §15.1). */
    private static final Set<Integer> STORABLE = Set.of(200, 203, 301, 308, 404, 405, 410, 414, 501);

    /** Of a number that still is one. */
    private static final int MOST_DIGITS = 18;

    private static final int FIRST_FAILURE = 500;

    private final CacheProperties properties;

    CachePolicy(CacheProperties properties) {
        this.properties = properties;
    }

    /** Whether an answer on its way may also be given to others who asked the same meanwhile. */
    boolean mayShare(Head head) {
        Directives said = Directives.parse(head.all(HttpHeaders.CACHE_CONTROL));
        return head.status() < FIRST_FAILURE
                && !said.has("no-store")
                && !said.has("private")
                && !said.has("no-cache")
                && head.first(HttpHeaders.SET_COOKIE).isEmpty()
                && !head.varies().contains("*")
                && !isStream(head);
    }

    /** Events have no end to wait for, and everybody who asks wants them from now on. */
    private static boolean isStream(Head head) {
        String type = head.first(HttpHeaders.CONTENT_TYPE).orElse("").toLowerCase(Locale.ROOT);
        return type.startsWith("text/event-stream") || type.startsWith("application/x-ndjson");
    }

    /**
     * How to keep an answer; empty when it must not be kept, or would be of no use.
     *
     * @param path of the request, for answers that do not tell their life
     */
    Optional<Life> life(Head head, String path, Instant arrived) {
        Directives said = Directives.parse(head.all(HttpHeaders.CACHE_CONTROL));
        if (!STORABLE.contains(head.status())
                || said.has("no-store")
                || said.has("private")
                || head.first(HttpHeaders.SET_COOKIE).isPresent()
                || head.varies().contains("*")
                || isStream(head)
                || (head.first(HttpHeaders.CONTENT_ENCODING).isPresent()
                        && !head.varies().contains("accept-encoding"))) {
            return Optional.empty();
        }
        boolean validator = head.first(HttpHeaders.ETAG).isPresent()
                || head.first(HttpHeaders.LAST_MODIFIED).isPresent();
        OptionalLong seconds = freshSeconds(head, said, path, arrived);
        long fresh = said.has("no-cache") ? 0 : seconds.orElse(0);
        boolean strict = said.has("must-revalidate")
                || said.has("proxy-revalidate")
                || said.has("no-cache")
                || said.has("s-maxage");
        long stale = strict
                ? 0
                : said.seconds("stale-if-error")
                        .orElse(properties.staleIfError().toSeconds());
        boolean known = seconds.isPresent() || said.has("no-cache");
        if (!known || (fresh == 0 && !validator)) {
            return Optional.empty();
        }
        long age = head.first(HttpHeaders.AGE).map(CachePolicy::ageSeconds).orElse(0L);
        long sentAgo = head.date(HttpHeaders.DATE)
                .map(sent -> arrived.getEpochSecond() - sent.getEpochSecond())
                .orElse(0L);
        return Optional.of(new Life(
                arrived.toEpochMilli() - 1000 * Math.max(0, Math.max(age, sentAgo)), fresh * 1000, stale * 1000));
    }

    /** How long an answer may be given; see {@link Stored.Answer}. */
    record Life(long bornMillis, long freshMillis, long staleMillis) {}

    private OptionalLong freshSeconds(Head head, Directives said, String path, Instant arrived) {
        OptionalLong shared = said.seconds("s-maxage");
        if (shared.isPresent()) {
            return shared;
        }
        OptionalLong any = said.seconds("max-age");
        if (any.isPresent()) {
            return any;
        }
        Optional<Instant> expires = head.date(HttpHeaders.EXPIRES);
        if (expires.isPresent()) {
            Instant sent = head.date(HttpHeaders.DATE).orElse(arrived);
            return OptionalLong.of(Math.max(0, expires.get().getEpochSecond() - sent.getEpochSecond()));
        }
        return isHeuristic(path) ? OptionalLong.of(properties.defaultTtl().toSeconds()) : OptionalLong.empty();
    }

    private boolean isHeuristic(String path) {
        return properties.heuristicPaths().stream()
                .anyMatch(listed -> path.startsWith(listed)
                        && (path.length() == listed.length() || path.charAt(listed.length()) == '/'));
    }

    /** The first of a list counts, what is no number says nothing, and what is too long is very old (RFC 9111 §1.2.2, §5.1). */
    private static long ageSeconds(String text) {
        String first = text.split(",", 2)[0].strip();
        if (first.isEmpty() || !first.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        return first.length() > MOST_DIGITS ? Integer.MAX_VALUE : Math.min(Integer.MAX_VALUE, Long.parseLong(first));
    }
}
