package dev.culvert.user.quota;

import dev.culvert.data.outbox.Outbox;
import dev.culvert.user.quota.CountedWindow.SubjectType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The table of months (requirements S3.5, R6.6). */
@Service
class QuotaLedger {
    private static final String FORGETTING = "forget-ended-windows";

    /** A little less than the hour between two runs, since no two timers agree to the millisecond. */
    private static final Duration BETWEEN_RUNS = Duration.ofMinutes(55);

    private final JdbcClient jdbc;
    private final Outbox outbox;
    private final Clock clock;

    QuotaLedger(JdbcClient jdbc, Outbox outbox, Clock clock) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Takes what a gateway counted and answers what is known: the greater number of the two, so that neither a late message nor
     * a Redis that forgot takes calls back. Says so once when the quota is nearly used up, and once when it is. Works inside the
     * system scope only.
     */
    @Transactional
    public CountedWindow keep(CountedWindow counted) {
        CountedWindow kept = upsert(counted);
        QuotaStep.of(kept)
                .filter(step -> isNews(kept, step))
                .ifPresent(step -> outbox.append(kept.tenantId(), step.event(kept)));
        return kept;
    }

    /**
     * The row tells what was said of each number that was allowed: of several gateways that tell at once one makes it known, and
     * where they disagree, as they do while tokens of two plans are about, none says it again.
     */
    private boolean isNews(CountedWindow window, QuotaStep step) {
        return jdbc.sql("""
                UPDATE api_rate_limits SET announced = announced || jsonb_build_object(:allowed, :percent)
                WHERE subject_type = :type AND subject_id = :id AND window_type = 'month' AND window_start = :start
                  AND coalesce((announced ->> :allowed)::int, 0) < :percent
                """)
                        .param("allowed", Long.toString(window.allowed()))
                        .param("percent", step.percent())
                        .param("type", window.subjectType().wireName())
                        .param("id", window.subjectId())
                        .param("start", Timestamp.from(window.start()))
                        .update()
                > 0;
    }

    private CountedWindow upsert(CountedWindow counted) {
        return jdbc.sql("""
                INSERT INTO api_rate_limits AS known (subject_type, subject_id, window_type, window_start, window_end, tenant_id,
                                                      tier, used, allowed, updated_at)
                VALUES (:type, :id, 'month', :start, :end, :tenant, :tier, :used, :allowed, :now)
                ON CONFLICT (subject_type, subject_id, window_type, window_start) DO UPDATE
                SET used = greatest(known.used, excluded.used), tier = excluded.tier, allowed = excluded.allowed,
                    updated_at = excluded.updated_at
                RETURNING *
                """)
                .param("type", counted.subjectType().wireName())
                .param("id", counted.subjectId())
                .param("start", Timestamp.from(counted.start()))
                .param("end", Timestamp.from(counted.end()))
                .param("tenant", counted.tenantId())
                .param("tier", counted.tier(), Types.VARCHAR)
                .param("used", counted.used())
                .param("allowed", counted.allowed())
                .param("now", Timestamp.from(clock.instant()))
                .query((row, _) -> window(row))
                .single();
    }

    /** The window of a user of the current tenant that holds a moment. */
    @Transactional(readOnly = true)
    public Optional<CountedWindow> ofUser(UUID userId, Instant at) {
        return jdbc.sql("""
                SELECT * FROM api_rate_limits
                WHERE subject_type = 'user' AND subject_id = :id AND window_start <= :at AND window_end > :at
                """)
                .param("id", userId)
                .param("at", Timestamp.from(at))
                .query((row, _) -> window(row))
                .optional();
    }

    /**
     * Deletes windows that ended so long ago, if no other instance did within the hour (requirement S3.6). Works inside the
     * system scope only.
     *
     * @return how many, or empty when another instance did
     */
    @Transactional
    public Optional<Integer> forget(Duration kept) {
        Instant now = clock.instant();
        int mine = jdbc.sql("UPDATE shared_job SET ran_at = :now WHERE name = :name AND ran_at <= :before")
                .param("now", Timestamp.from(now))
                .param("name", FORGETTING)
                .param("before", Timestamp.from(now.minus(BETWEEN_RUNS)))
                .update();
        return mine == 0
                ? Optional.empty()
                : Optional.of(jdbc.sql("DELETE FROM api_rate_limits WHERE window_end < :before")
                        .param("before", Timestamp.from(now.minus(kept)))
                        .update());
    }

    private static CountedWindow window(ResultSet row) throws SQLException {
        return new CountedWindow(
                row.getObject("tenant_id", UUID.class),
                SubjectType.valueOf(row.getString("subject_type").toUpperCase(Locale.ROOT)),
                row.getObject("subject_id", UUID.class),
                row.getString("tier"),
                row.getTimestamp("window_start").toInstant(),
                row.getTimestamp("window_end").toInstant(),
                row.getLong("used"),
                row.getLong("allowed"));
    }
}
