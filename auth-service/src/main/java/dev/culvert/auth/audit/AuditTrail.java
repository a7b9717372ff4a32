package dev.culvert.auth.audit;

import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.caller.CurrentCaller;
import dev.culvert.platform.correlation.Correlation;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Keeps what happened, in the transaction that makes it true. Rows are never changed afterwards. */
@Component
public class AuditTrail {
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}");
    private static final int LONGEST_NAME = 255;

    private final JdbcClient jdbc;
    private final Clock clock;

    AuditTrail(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Records an event with the caller, address and correlation of the present request; needs a transaction. */
    public void record(AuditEvent event) {
        Requester requester = Requester.current();
        jdbc.sql("""
                        INSERT INTO audit_record (id, occurred_at, tenant_id, account_id, actor_id, session_id, type, severity, result,
                          attempted_name, client_address, user_agent, correlation_id)
                        VALUES (:id, :now, :tenantId, :accountId, :actorId, :sessionId, :type, :severity, :result,
                          :name, :clientAddress, :userAgent, :correlationId)
                        """)
                .param("id", UUID.randomUUID())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("tenantId", event.tenantId())
                .param("accountId", event.accountId())
                .param("actorId", CurrentCaller.find().map(Caller::userId).orElse(null))
                .param("sessionId", event.sessionId())
                .param("type", event.type().wireName())
                .param("severity", event.severity().wireName())
                .param("result", event.result())
                .param("name", clean(event.attemptedName()))
                .param("clientAddress", requester.clientAddress())
                .param("userAgent", requester.userAgent())
                .param("correlationId", Correlation.current().orElse(null))
                .update();
    }

    /** A name somebody typed goes into lists and logs, so it keeps one line and a bounded length. */
    private static @Nullable String clean(@Nullable String name) {
        if (name == null) {
            return null;
        }
        String cleaned = CONTROL_CHARACTERS.matcher(name).replaceAll("");
        return cleaned.substring(0, Math.min(cleaned.length(), LONGEST_NAME));
    }
}
