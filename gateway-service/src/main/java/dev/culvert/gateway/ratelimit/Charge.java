package dev.culvert.gateway.ratelimit;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every window one call is counted in, and what Redis is asked for it, made once for all calls that are alike.
 *
 * <p>All keys of a charge hold the same name in braces: the tenant of the caller, or the address of callers without identity.
 * So they are in one slot of a Redis Cluster, where one script can check them all (requirement S4.70).
 */
final class Charge {
    /** {@code windows.lua} lets go of a part of what is left, which is nothing below this. */
    private static final int FEWEST_TO_PAY_IN_ADVANCE = 128;

    private final String account;
    private final List<Window> windows;
    private final String[] keys;
    private final String[] terms;
    private final List<Window> timed;
    private final Optional<Window> places;
    private final Optional<Window> paced;
    private final boolean payableInAdvance;
    private final Optional<Charge> otherwise;
    private final List<QuotaSubject> quotas;

    /**
     * What is counted together.
     *
     * @param account what the keys hold in braces
     */
    Charge(String account, List<Window> windows) {
        this(account, windows, Optional.empty(), List.of());
    }

    /** With what is counted instead when these windows are full, and whose months are among the windows. */
    Charge(String account, List<Window> windows, Optional<Charge> otherwise, List<QuotaSubject> quotas) {
        if (windows.isEmpty()) {
            throw new IllegalArgumentException("No window to count in");
        }
        this.account = account;
        this.otherwise = otherwise;
        this.quotas = Stream.concat(
                        quotas.stream(), otherwise.map(Charge::quotas).stream().flatMap(List::stream))
                .toList();
        this.windows = List.copyOf(windows);
        this.places =
                windows.stream().filter(window -> window.span().isPlaces()).findFirst();
        this.timed =
                windows.stream().filter(window -> !window.span().isPlaces()).toList();
        this.paced = windows.stream().filter(Window::isPaced).findFirst().or(() -> otherwise.flatMap(Charge::paced));
        this.payableInAdvance = timed.stream()
                .allMatch(window -> !window.span().isBucket()
                        && (window.isPaced() ? window.pacedFrom() : window.limit()) > FEWEST_TO_PAY_IN_ADVANCE);
        keys = windows.stream().map(Window::key).toArray(String[]::new);
        terms = windows.stream()
                .flatMap(window -> List.of(
                        Integer.toString(window.span().slices()),
                        Long.toString(window.span().sliceMillis()),
                        Integer.toString(window.limit()),
                        window.patient() ? "1" : "0",
                        Integer.toString(window.pacedFrom()))
                        .stream())
                .toArray(String[]::new);
    }

    Optional<Charge> otherwise() {
        return otherwise;
    }

    /** Whose months a call is counted in, or otherwise would be. */
    List<QuotaSubject> quotas() {
        return quotas;
    }

    /** Whose calls under way are limited, if they are. */
    Optional<Window> places() {
        return places;
    }

    /** Whose calls wait for their turn near the limit, if they do; of what is counted otherwise too. */
    Optional<Window> paced() {
        return paced;
    }

    /** Whether the windows are so wide that calls may be counted some at a time, before they come. */
    boolean payableInAdvance() {
        return payableInAdvance;
    }

    String account() {
        return account;
    }

    List<Window> windows() {
        return windows;
    }

    /** The windows of time, without places in flight. */
    List<Window> timed() {
        return timed;
    }

    /** Keys for the script; not to be changed. */
    String[] keys() {
        return keys;
    }

    /** Arguments for the script, after its first ones. */
    String[] arguments(String... first) {
        String[] all = new String[first.length + terms.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(terms, 0, all, first.length, terms.length);
        return all;
    }
}
