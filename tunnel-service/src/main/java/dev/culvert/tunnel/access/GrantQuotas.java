package dev.culvert.tunnel.access;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.session.Grant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Counts what is used by shares and links. The lock of the row that gives the right decides between requests that race,
 * whichever replica they come to. Days and months are the database's, so that clocks of replicas do not matter.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class GrantQuotas {
    private static final String TODAY = "(now() AT TIME ZONE 'UTC')::date";
    private static final String THIS_MONTH = "date_trunc('month', now() AT TIME ZONE 'UTC')::date";

    // A transaction that began before midnight may come after one that began behind it: periods never go back.
    private static final String DAY = "greatest(used_day, " + TODAY + ")";
    private static final String MONTH = "greatest(used_month, " + THIS_MONTH + ")";
    private static final String DAY_REQUESTS = current("day_requests", "used_day", TODAY);
    private static final String DAY_BYTES = current("day_bytes", "used_day", TODAY);
    private static final String MONTH_REQUESTS = current("month_requests", "used_month", THIS_MONTH);
    private static final String MONTH_BYTES = current("month_bytes", "used_month", THIS_MONTH);

    /** Columns of a share or link that {@link #state} reads. */
    public static final String COLUMNS = String.join(
            ", ",
            "requests_per_day",
            "requests_per_month",
            "bytes_per_day",
            "bytes_per_month",
            DAY + " AS used_day",
            DAY_REQUESTS + " AS day_requests",
            DAY_BYTES + " AS day_bytes",
            MONTH + " AS used_month",
            MONTH_REQUESTS + " AS month_requests",
            MONTH_BYTES + " AS month_bytes");

    private static final String USE = "UPDATE %s SET used_day = " + DAY + ", used_month = " + MONTH
            + ", day_requests = " + DAY_REQUESTS + " + :requests, day_bytes = " + DAY_BYTES + " + :bytes"
            + ", month_requests = " + MONTH_REQUESTS + " + :requests, month_bytes = " + MONTH_BYTES + " + :bytes"
            + " WHERE id = :id ";

    private static final String IF_THERE_IS_ROOM = "AND (requests_per_day IS NULL OR " + DAY_REQUESTS
            + " < requests_per_day) AND (requests_per_month IS NULL OR " + MONTH_REQUESTS + " < requests_per_month)"
            + " AND (bytes_per_day IS NULL OR " + DAY_BYTES + " < bytes_per_day)"
            + " AND (bytes_per_month IS NULL OR " + MONTH_BYTES + " < bytes_per_month)";

    private final JdbcClient jdbc;
    private final Clock clock;

    GrantQuotas(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    private static String current(String count, String period, String now) {
        return "CASE WHEN " + period + " < " + now + " THEN 0 ELSE " + count + " END";
    }

    /**
     * Counts a request, if there is room for one. Needs the system scope.
     *
     * @throws ProblemException QUOTA_EXCEEDED with the time from which there is room again; TUNNEL_001 if the right is gone
     */
    void take(Grant.Kind kind, UUID id) {
        int taken = jdbc.sql(USE.formatted(table(kind)) + IF_THERE_IS_ROOM)
                .param("id", id)
                .param("requests", 1)
                .param("bytes", 0)
                .update();
        if (taken == 0) {
            throw read(kind, id)
                    .map(state -> state.reached().map(this::usedUp).orElseGet(GrantQuotas::usedUpJustNow))
                    .orElseGet(TunnelAccess::notFound);
        }
    }

    /** Counts what has moved; answers whether a limit of bytes is reached. Needs the system scope. */
    boolean moved(Grant.Kind kind, UUID id, long bytes) {
        return jdbc.sql(USE.formatted(table(kind))
                        + "RETURNING coalesce(day_bytes >= bytes_per_day, false)"
                        + " OR coalesce(month_bytes >= bytes_per_month, false)")
                .param("id", id)
                .param("requests", 0)
                .param("bytes", bytes)
                .query(Boolean.class)
                .optional()
                .orElse(true);
    }

    private Optional<QuotaState> read(Grant.Kind kind, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM " + table(kind) + " WHERE id = ?")
                .param(id)
                .query((row, _) -> state(row))
                .optional();
    }

    /** Those of the given shares that the current tenant or person sees, with their quota. */
    @Transactional(propagation = Propagation.REQUIRED, readOnly = true)
    public Map<UUID, QuotaState> ofShares(Collection<UUID> ids) {
        Map<UUID, QuotaState> states = new HashMap<>();
        if (!ids.isEmpty()) {
            jdbc.sql("SELECT id, " + COLUMNS + " FROM shares WHERE id IN (:ids)")
                    .param("ids", ids)
                    .query(row -> {
                        states.put(row.getObject("id", UUID.class), state(row));
                    });
        }
        return states;
    }

    /** Reads {@link #COLUMNS}. */
    public static QuotaState state(ResultSet row) throws SQLException {
        LocalDate day = row.getObject("used_day", LocalDate.class);
        LocalDate month = row.getObject("used_month", LocalDate.class);
        return new QuotaState(
                new Quota(
                        row.getObject("requests_per_day", Long.class),
                        row.getObject("requests_per_month", Long.class),
                        row.getObject("bytes_per_day", Long.class),
                        row.getObject("bytes_per_month", Long.class)),
                new QuotaState.Used(
                        row.getLong("day_requests"),
                        row.getLong("day_bytes"),
                        day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC)),
                new QuotaState.Used(
                        row.getLong("month_requests"),
                        row.getLong("month_bytes"),
                        month.plusMonths(1).atStartOfDay().toInstant(ZoneOffset.UTC)));
    }

    private static String table(Grant.Kind kind) {
        return switch (kind) {
            case SHARE -> "shares";
            case LINK -> "share_tokens";
            case OWNER, TENANT, PUBLIC -> throw new IllegalArgumentException("Without a quota: " + kind);
        };
    }

    private ProblemException usedUp(QuotaState.Reached reached) {
        return new ProblemException(
                        ProblemCode.QUOTA_EXCEEDED,
                        "What is shared with you allows %d %s; that is used up until %s."
                                .formatted(reached.allowed(), words(reached.limit()), reached.resetsAt()))
                .withAlias("SHARE_QUOTA_EXCEEDED")
                .withHeader("X-RateLimit-Limit", Long.toString(reached.allowed()))
                .withHeader("X-RateLimit-Remaining", "0")
                .withHeader(
                        "X-RateLimit-Reset", Long.toString(reached.resetsAt().getEpochSecond()))
                .withRetryAfter(Duration.between(clock.instant(), reached.resetsAt()));
    }

    private static String words(String limit) {
        return switch (limit) {
            case "requestsPerDay" -> "requests a day";
            case "requestsPerMonth" -> "requests a month";
            case "bytesPerDay" -> "bytes a day";
            default -> "bytes a month";
        };
    }

    /** Midnight came, or the limit went, between the two statements. */
    private static ProblemException usedUpJustNow() {
        return new ProblemException(ProblemCode.QUOTA_EXCEEDED, "What is shared with you was used up. Try again.")
                .withRetryAfter(Duration.ofSeconds(1));
    }
}
