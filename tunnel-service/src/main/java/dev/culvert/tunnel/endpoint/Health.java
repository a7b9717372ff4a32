package dev.culvert.tunnel.endpoint;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * How an endpoint does. Failures in a row make it unhealthy, a success takes one of them back, and a health check that succeeds
 * takes back all (requirements R4.2, R4.4a).
 *
 * @param failures that no success has taken back
 * @param reason of the status, empty for none
 * @param checkedAt last health check
 * @param recoveredAt since when it has not been unhealthy, if it ever was
 * @param changedAt when anything of this became so
 */
record Health(
        Status status,
        int failures,
        String reason,
        Optional<Instant> checkedAt,
        Optional<Instant> recoveredAt,
        Instant changedAt) {
    /** So many failures in a row make an endpoint unhealthy. */
    static final int THRESHOLD = 3;

    /** Reason of an endpoint without any agent. */
    static final String AGENT_OFFLINE = "agent_offline";

    /** What is said of an endpoint. */
    enum Status {
        UNKNOWN,
        HEALTHY,
        UNHEALTHY;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status ofWireName(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** Of an endpoint nobody has asked. */
    static Health unknown(Instant now) {
        return new Health(Status.UNKNOWN, 0, "", Optional.empty(), Optional.empty(), now);
    }

    boolean unhealthy() {
        return status == Status.UNHEALTHY;
    }

    /** Some requests or checks have failed, but not enough to decide. */
    boolean inDoubt() {
        return failures > 0 && failures < THRESHOLD && !unhealthy();
    }

    boolean agentOffline() {
        return reason.equals(AGENT_OFFLINE);
    }

    Health failed(String why, Instant now) {
        int more = Math.min(failures + 1, THRESHOLD);
        return more < THRESHOLD && !unhealthy()
                ? new Health(status, more, why, checkedAt, recoveredAt, now)
                : new Health(Status.UNHEALTHY, more, why, checkedAt, recoveredAt, now);
    }

    Health succeeded(Instant now) {
        if (failures == 0 && status == Status.HEALTHY) {
            return this;
        }
        int fewer = Math.max(0, failures - 1);
        return fewer > 0
                ? new Health(status, fewer, reason, checkedAt, recoveredAt, now)
                : new Health(Status.HEALTHY, 0, "", checkedAt, recovered(now), now);
    }

    /** A health check was answered as it should be. */
    Health passed(Instant now) {
        return new Health(Status.HEALTHY, 0, "", Optional.of(now), recovered(now), now);
    }

    /** A health check was not. */
    Health notPassed(String why, Instant now) {
        Health failed = failed(why, now);
        return new Health(failed.status, failed.failures, why, Optional.of(now), recoveredAt, now);
    }

    /** All that was counted is forgotten. */
    Health reset(Instant now) {
        return new Health(Status.UNKNOWN, 0, "", checkedAt, recovered(now), now);
    }

    /** Its last agent is gone. */
    Health gone(Instant now) {
        return new Health(Status.UNHEALTHY, failures, AGENT_OFFLINE, checkedAt, recoveredAt, now);
    }

    private Optional<Instant> recovered(Instant now) {
        return unhealthy() ? Optional.of(now) : recoveredAt;
    }
}
