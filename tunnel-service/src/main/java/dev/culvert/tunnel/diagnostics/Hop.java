package dev.culvert.tunnel.diagnostics;

import dev.culvert.tunnel.session.TrafficMeter.Hops;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** A part of a request's way whose time is known apart from the others. */
enum Hop {
    /** Who calls, and which tunnel is meant. */
    CHECKS,
    /** Until a stream to the agent was open. */
    QUEUE,
    /** Until the head of the answer was here: link, agent and local service. */
    ANSWER,
    /** The local service's part of that, as its agent measured it. */
    LOCAL,
    /** The link's and the agent's part of that. */
    LINK,
    /** From the head of the answer to its end. */
    BODY,
    /** All of it. */
    TOTAL;

    /** How long the request took here; empty where it did not get, or nobody measured. */
    Optional<Duration> of(Traffic traffic) {
        Hops hops = traffic.course().hops();
        return switch (this) {
            case CHECKS -> Optional.of(hops.checks());
            case QUEUE -> hops.queue();
            case ANSWER -> hops.answer();
            case LOCAL -> hops.local();
            case LINK -> hops.answer().flatMap(answer -> hops.local().map(answer::minus));
            case BODY -> hops.body();
            case TOTAL -> Optional.of(traffic.duration());
        };
    }

    /** Name in answers and rows. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
