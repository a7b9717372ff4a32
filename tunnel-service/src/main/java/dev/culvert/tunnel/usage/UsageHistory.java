package dev.culvert.tunnel.usage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Reads the ledger by period, user and tunnel (requirements P2.5.1, P2.5.2). Weeks and months are added up from days when
 * they are asked for, so there is nothing that could be out of step. All dates are UTC days, both ends included.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY, readOnly = true)
public class UsageHistory {
    private static final String FIGURES = """
            sum(requests) AS requests, sum(errors) AS errors, sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out,
            sum(duration_millis) AS duration_millis, coalesce(max(max_duration_millis), 0) AS max_duration_millis,
            max(peak_requests) AS peak_requests, sum(prompt_tokens) AS prompt_tokens,
            sum(completion_tokens) AS completion_tokens""";

    private final JdbcClient jdbc;

    UsageHistory(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Figures of a period, which begins at a time. */
    public record Period(Instant beginning, UsageFigures figures) {}

    /** Figures of a user. */
    public record ByUser(UUID userId, UsageFigures figures) {}

    /** Figures of a tunnel, which may be gone. */
    public record ByTunnel(UUID tunnelId, UsageFigures figures) {}

    /** Figures of an hour of the day, 0 to 23 in UTC, over some days. */
    public record ByHourOfDay(int hour, UsageFigures figures) {}

    /** Periods of a tunnel with any use, in order. */
    public List<Period> ofTunnel(UUID tunnelId, Granularity granularity, LocalDate from, LocalDate to) {
        return periods("tunnel_id", tunnelId, granularity, from, to);
    }

    /** Periods in which a user used any tunnel, in order. */
    public List<Period> ofUser(UUID userId, Granularity granularity, LocalDate from, LocalDate to) {
        return periods("user_id", userId, granularity, from, to);
    }

    private List<Period> periods(String column, UUID id, Granularity granularity, LocalDate from, LocalDate to) {
        if (granularity == Granularity.HOUR) {
            return jdbc.sql("SELECT hour AS period, " + FIGURES + " FROM usage_hours WHERE " + column
                            + " = ? AND hour >= ? AND hour < ? GROUP BY hour ORDER BY hour")
                    .params(id, startOf(from), startOf(to.plusDays(1)))
                    .query((row, _) -> new Period(
                            row.getObject("period", OffsetDateTime.class).toInstant(), figures(row)))
                    .list();
        }
        String period = switch (granularity) {
            case HOUR, DAY -> "day";
            case WEEK -> "date_trunc('week', day::timestamp)::date";
            case MONTH -> "date_trunc('month', day::timestamp)::date";
        };
        return jdbc.sql("SELECT " + period + " AS period, " + FIGURES + " FROM usage_days WHERE " + column
                        + " = ? AND day BETWEEN ? AND ? GROUP BY period ORDER BY period")
                .params(id, from, to)
                .query((row, _) -> new Period(
                        startOf(row.getObject("period", LocalDate.class)).toInstant(), figures(row)))
                .list();
    }

    /** Users of a tunnel, most requests first. */
    public List<ByUser> usersOf(UUID tunnelId, LocalDate from, LocalDate to) {
        return jdbc.sql("SELECT user_id, " + FIGURES
                        + " FROM usage_days WHERE tunnel_id = ? AND day BETWEEN ? AND ?"
                        + " GROUP BY user_id ORDER BY requests DESC, user_id")
                .params(tunnelId, from, to)
                .query((row, _) -> new ByUser(row.getObject("user_id", UUID.class), figures(row)))
                .list();
    }

    /** Tunnels a user used, most requests first. */
    public List<ByTunnel> tunnelsOf(UUID userId, LocalDate from, LocalDate to) {
        return jdbc.sql("SELECT tunnel_id, " + FIGURES
                        + " FROM usage_days WHERE user_id = ? AND day BETWEEN ? AND ?"
                        + " GROUP BY tunnel_id ORDER BY requests DESC, tunnel_id")
                .params(userId, from, to)
                .query((row, _) -> new ByTunnel(row.getObject("tunnel_id", UUID.class), figures(row)))
                .list();
    }

    /** All a user used together. */
    public UsageFigures totalOf(UUID userId, LocalDate from, LocalDate to) {
        return jdbc.sql("SELECT " + FIGURES + " FROM usage_days WHERE user_id = ? AND day BETWEEN ? AND ?")
                .params(userId, from, to)
                .query((row, _) -> figures(row))
                .single();
    }

    /** The busiest hours of a tunnel, most requests first. */
    public List<Period> busiestHours(UUID tunnelId, LocalDate from, LocalDate to, int limit) {
        return jdbc.sql("SELECT hour AS period, " + FIGURES
                        + " FROM usage_hours WHERE tunnel_id = ? AND hour >= ? AND hour < ?"
                        + " GROUP BY hour HAVING sum(requests) > 0 ORDER BY requests DESC, hour LIMIT ?")
                .params(tunnelId, startOf(from), startOf(to.plusDays(1)), limit)
                .query((row, _) ->
                        new Period(row.getObject("period", OffsetDateTime.class).toInstant(), figures(row)))
                .list();
    }

    /** A tunnel's use by hour of the day; hours without any are left out. */
    public List<ByHourOfDay> hoursOfDay(UUID tunnelId, LocalDate from, LocalDate to) {
        return jdbc.sql("SELECT extract(hour FROM hour AT TIME ZONE 'UTC')::int AS hour_of_day, " + FIGURES
                        + " FROM usage_hours WHERE tunnel_id = ? AND hour >= ? AND hour < ?"
                        + " GROUP BY hour_of_day ORDER BY hour_of_day")
                .params(tunnelId, startOf(from), startOf(to.plusDays(1)))
                .query((row, _) -> new ByHourOfDay(row.getInt("hour_of_day"), figures(row)))
                .list();
    }

    private static OffsetDateTime startOf(LocalDate day) {
        return day.atStartOfDay().atOffset(ZoneOffset.UTC);
    }

    private static UsageFigures figures(ResultSet row) throws SQLException {
        long requests = row.getLong("requests");
        long errors = row.getLong("errors");
        return new UsageFigures(
                requests,
                requests - errors,
                errors,
                row.getLong("bytes_in"),
                row.getLong("bytes_out"),
                requests == 0 ? 0 : (double) row.getLong("duration_millis") / requests,
                row.getLong("max_duration_millis"),
                row.getInt("peak_requests"),
                row.getLong("prompt_tokens"),
                row.getLong("completion_tokens"));
    }
}
