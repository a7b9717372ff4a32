package dev.culvert.tunnel.peer;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts the attempts to pass requests to other replicas. */
public final class PeerMeter {
    private final Map<PeerOutcome, LongAdder> counts = new EnumMap<>(PeerOutcome.class);

    public PeerMeter() {
        for (PeerOutcome outcome : PeerOutcome.values()) {
            counts.put(outcome, new LongAdder());
        }
    }

    void count(PeerOutcome outcome) {
        adder(outcome).increment();
    }

    /** Attempts that ended so. */
    public long sum(PeerOutcome outcome) {
        return adder(outcome).sum();
    }

    private LongAdder adder(PeerOutcome outcome) {
        LongAdder adder = counts.get(outcome);
        if (adder == null) {
            throw new IllegalStateException("Not counted: " + outcome);
        }
        return adder;
    }
}
