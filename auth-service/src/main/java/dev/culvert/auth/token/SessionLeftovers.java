package dev.culvert.auth.token;

import dev.culvert.auth.cleanup.Leftovers;
import java.time.Clock;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** What sessions leave behind: first their end is announced where nobody ended them, later their rows go. */
final class SessionLeftovers {
    /** Longer than any clock of a service may be off. */
    private static final Duration LONGEST_SKEW = Duration.ofHours(1);

    private SessionLeftovers() {}

    /** Sessions nobody renewed in time; requirement S1.53. */
    @Component
    static class TimedOut implements Leftovers {
        private final Sessions sessions;

        TimedOut(Sessions sessions) {
            this.sessions = sessions;
        }

        @Override
        public String name() {
            return "timed out sessions";
        }

        @Override
        public int remove(int limit) {
            return sessions.endTimedOut(limit);
        }
    }

    /** A used token must be recognised until it would have expired; not longer. */
    @Component
    static class ExpiredTokens implements Leftovers {
        private final SessionStore store;
        private final Clock clock;

        ExpiredTokens(SessionStore store, Clock clock) {
            this.store = store;
            this.clock = clock;
        }

        @Override
        public String name() {
            return "refresh tokens";
        }

        @Override
        public int remove(int limit) {
            return store.removeExpiredTokens(limit, clock.instant());
        }
    }

    /** Single tokens that ended; once they would have expired, nobody accepts them anyway. */
    @Component
    static class EndedTokens implements Leftovers {
        private final SessionStore store;
        private final Clock clock;

        EndedTokens(SessionStore store, Clock clock) {
            this.store = store;
            this.clock = clock;
        }

        @Override
        public String name() {
            return "ended tokens";
        }

        @Override
        public int remove(int limit) {
            return store.removeEndedTokens(limit, clock.instant().minus(LONGEST_SKEW));
        }
    }

    /** Sessions that ended long ago. */
    @Component
    static class Ended implements Leftovers {
        private final SessionStore store;
        private final TokenProperties properties;
        private final Clock clock;

        Ended(SessionStore store, TokenProperties properties, Clock clock) {
            this.store = store;
            this.properties = properties;
            this.clock = clock;
        }

        @Override
        public String name() {
            return "ended sessions";
        }

        @Override
        public int remove(int limit) {
            return store.removeEnded(limit, clock.instant().minus(properties.endedRetention()));
        }
    }
}
