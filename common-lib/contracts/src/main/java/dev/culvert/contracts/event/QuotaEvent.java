package dev.culvert.contracts.event;

import java.time.Instant;
import java.util.UUID;

/** Quotas that are nearly or wholly used up, on {@link Topics#USERS}; each once a window (requirement R6.6a). */
public sealed interface QuotaEvent extends DomainEvent {
    /**
     * Much of a quota is used.
     *
     * @param subjectType whose quota it is, a user's or an {@code api_key}'s
     * @param resource what is counted, e.g. {@code api_requests}
     * @param percent what was passed, e.g. 80
     * @param used what was counted when it was noticed
     * @param allowed what the plan allows within the window
     * @param endsAt when the window ends and counting begins anew
     */
    record QuotaThresholdReached(
            String subjectType,
            UUID subjectId,
            String resource,
            int percent,
            long used,
            long allowed,
            Instant startedAt,
            Instant endsAt)
            implements QuotaEvent {
        @Override
        public String subject() {
            return subjectId.toString();
        }
    }

    /**
     * All of a quota is used: calls are refused until the window ends or the plan changes. Members as above.
     */
    record QuotaExceeded(
            String subjectType,
            UUID subjectId,
            String resource,
            long used,
            long allowed,
            Instant startedAt,
            Instant endsAt)
            implements QuotaEvent {
        @Override
        public String subject() {
            return subjectId.toString();
        }
    }
}
