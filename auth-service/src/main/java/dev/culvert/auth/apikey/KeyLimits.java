package dev.culvert.auth.apikey;

import java.util.Optional;

/** How many calls a key may make (requirement X-3); without a month's limit the quota of its owner counts. */
record KeyLimits(int minute, int hour, int day, Optional<Integer> month) {
    static final KeyLimits USUAL = new KeyLimits(1_000, 50_000, 1_000_000, Optional.empty());
}
