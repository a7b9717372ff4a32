package dev.culvert.agent.connect;

import java.time.Duration;
import java.util.Optional;

/** Why a link could not be made. */
sealed interface DialFailure {
    /** Longest wait a server may ask for; more than that is more likely a mistake. */
    Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

    /** For the user, one line. */
    String message();

    /** What the server asked us to wait; zero if nothing. */
    default Duration retryAfter() {
        return Duration.ZERO;
    }

    /** Why trying again is of no use, if so. */
    default Optional<AgentEnd> end() {
        return Optional.empty();
    }

    /** Whether something between here and the server may be to blame, that might let plain HTTP pass. */
    default boolean mayBeTheWay() {
        return false;
    }

    /** Whether the server itself said so, and not something on the way. */
    default boolean isTheServers() {
        return false;
    }

    /** No connection. */
    record Unreachable(String message) implements DialFailure {}

    /** A connection, but no TLS or an end before an answer. */
    record NoAnswer(String message) implements DialFailure {
        @Override
        public boolean mayBeTheWay() {
            return true;
        }
    }

    /** A replica that has a link of this agent already and knows of another one; the next dial may reach it. */
    record Elsewhere() implements DialFailure {
        @Override
        public String message() {
            return "this replica is connected already";
        }

        @Override
        public boolean isTheServers() {
            return true;
        }
    }

    /** An answer that is not the upgrade. */
    record Refused(int status, String code, String detail, Duration retryAfter) implements DialFailure {
        /** What the service says to a request that lost its upgrade on the way: everything else of it was in order. */
        private static final String UPGRADE_LOST = "VALIDATION_ERROR";

        @Override
        public boolean mayBeTheWay() {
            return code.isEmpty() || code.equals(UPGRADE_LOST);
        }

        @Override
        public boolean isTheServers() {
            return !code.isEmpty();
        }

        @Override
        public String message() {
            return detail.isEmpty() ? "the server answered " + status : detail + " (" + status + ")";
        }

        @Override
        public Optional<AgentEnd> end() {
            return switch (code) {
                case "TUNNEL_001" -> Optional.of(new AgentEnd(AgentEnd.Reason.TUNNEL_UNKNOWN, message()));
                case "TUNNEL_STOPPED" -> Optional.of(new AgentEnd(AgentEnd.Reason.TUNNEL_STOPPED, message()));
                default -> byStatus();
            };
        }

        private Optional<AgentEnd> byStatus() {
            return switch (status) {
                case 401, 403 -> Optional.of(new AgentEnd(AgentEnd.Reason.KEY_REFUSED, message()));
                // Timeouts and limits pass; everything else of this class is about what we sent.
                case 408, 425, 429 -> Optional.empty();
                default ->
                    status < 500
                            ? Optional.of(new AgentEnd(AgentEnd.Reason.NOT_A_TUNNEL_SERVER, message()))
                            : Optional.empty();
            };
        }
    }
}
