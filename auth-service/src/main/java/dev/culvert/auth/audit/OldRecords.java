package dev.culvert.auth.audit;

import dev.culvert.auth.cleanup.Leftovers;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Records whose time is over; not locked beforehand like other leftovers, as that takes the right to change them. */
@Component
class OldRecords implements Leftovers {
    private final JdbcClient jdbc;
    private final AuditProperties properties;
    private final Clock clock;

    OldRecords(JdbcClient jdbc, AuditProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "audit records";
    }

    @Override
    public int remove(int limit) {
        Instant now = clock.instant();
        return jdbc.sql("""
                        DELETE FROM audit_record WHERE id IN (
                          SELECT id FROM audit_record
                          WHERE severity = 'debug' AND occurred_at < :debugEnd OR occurred_at < :end
                          LIMIT :limit)
                        """)
                .param("debugEnd", now.minus(properties.debugRetention()).atOffset(ZoneOffset.UTC))
                .param("end", now.minus(properties.retention()).atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .update();
    }
}
