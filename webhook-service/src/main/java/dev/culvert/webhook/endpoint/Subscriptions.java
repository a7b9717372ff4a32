package dev.culvert.webhook.endpoint;

import dev.culvert.contracts.event.EventType;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Who wants an event. */
@Component
public class Subscriptions {
    private final JdbcClient jdbc;

    Subscriptions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Active endpoints that want an event of this type, among those of the transaction's tenant. */
    public List<Subscription> to(EventType type) {
        return jdbc.sql(
                        "SELECT id, retry_policy FROM endpoint WHERE status = 'ACTIVE' AND events && CAST(:patterns AS text[])")
                .param("patterns", EventPattern.matching(type).toArray(String[]::new))
                .query((row, _) -> new Subscription(
                        row.getObject("id", UUID.class), RetryPolicy.valueOf(row.getString("retry_policy"))))
                .list();
    }
}
