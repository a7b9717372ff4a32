package dev.culvert.webhook.delivery;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.webhook.endpoint.EndpointService;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What was sent to a webhook and how that went, for its owner (requirement R10.4). */
@Component
class DeliveryHistory {
    private static final String SELECT = """
            SELECT delivery.*, message.type FROM delivery JOIN message ON message.id = delivery.message_id
            WHERE delivery.endpoint_id = :endpointId
            """;

    private final JdbcClient jdbc;
    private final EndpointService endpoints;

    DeliveryHistory(JdbcClient jdbc, EndpointService endpoints) {
        this.jdbc = jdbc;
        this.endpoints = endpoints;
    }

    @Transactional(readOnly = true)
    Page<DeliveryResponse> list(UUID endpointId, Optional<DeliveryStatus> status, PageRequest page) {
        endpoints.requireExists(endpointId);
        String wanted = status.map(DeliveryStatus::name).orElse(null);
        List<DeliveryResponse> items = jdbc.sql(SELECT + """
                        AND (CAST(:status AS text) IS NULL OR delivery.status = :status)
                        ORDER BY delivery.created_at DESC, delivery.id DESC
                        LIMIT :limit OFFSET :offset
                        """)
                .param("endpointId", endpointId)
                .param("status", wanted, Types.VARCHAR)
                .param("limit", page.limit())
                .param("offset", page.offset())
                .query((row, _) -> delivery(row))
                .list();
        return Page.of(items, count(endpointId, wanted), page);
    }

    @Transactional(readOnly = true)
    DeliveryDetailResponse get(UUID endpointId, UUID deliveryId) {
        endpoints.requireExists(endpointId);
        DeliveryResponse delivery = jdbc.sql(SELECT + "AND delivery.id = :deliveryId")
                .param("endpointId", endpointId)
                .param("deliveryId", deliveryId)
                .query((row, _) -> delivery(row))
                .optional()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NOT_FOUND, "Webhook " + endpointId + " has no delivery " + deliveryId + "."));
        return new DeliveryDetailResponse(delivery, attempts(deliveryId));
    }

    private long count(UUID endpointId, @Nullable String status) {
        return jdbc.sql("""
                        SELECT count(*) FROM delivery
                        WHERE endpoint_id = :endpointId AND (CAST(:status AS text) IS NULL OR status = :status)
                        """)
                .param("endpointId", endpointId)
                .param("status", status, Types.VARCHAR)
                .query(Long.class)
                .single();
    }

    private List<AttemptResponse> attempts(UUID deliveryId) {
        return jdbc.sql("SELECT * FROM attempt WHERE delivery_id = :deliveryId ORDER BY number")
                .param("deliveryId", deliveryId)
                .query((row, _) -> new AttemptResponse(
                        row.getInt("number"),
                        row.getTimestamp("started_at").toInstant(),
                        row.getLong("duration_ms"),
                        row.getObject("status_code", Integer.class),
                        row.getString("error"),
                        row.getString("response_excerpt")))
                .list();
    }

    private static DeliveryResponse delivery(ResultSet row) throws SQLException {
        return new DeliveryResponse(
                row.getObject("id", UUID.class),
                row.getObject("endpoint_id", UUID.class),
                row.getObject("message_id", UUID.class),
                row.getString("type"),
                DeliveryStatus.valueOf(row.getString("status")),
                row.getInt("attempts"),
                row.getInt("max_attempts"),
                row.getObject("last_status", Integer.class),
                row.getString("last_error"),
                instant(row, "next_attempt_at"),
                row.getTimestamp("created_at").toInstant(),
                instant(row, "delivered_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp timestamp = row.getTimestamp(column);
        return timestamp == null ? null : timestamp.toInstant();
    }
}
