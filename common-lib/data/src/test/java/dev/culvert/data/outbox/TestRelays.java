package dev.culvert.data.outbox;

import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.core.JdbcTemplate;

/** Relays beside the one of the application context, as in another replica of the service. */
final class TestRelays {
    private static final OutboxProperties PROPERTIES =
            new OutboxProperties(true, Duration.ofMillis(50), 100, Duration.ofMillis(500));

    private TestRelays() {}

    static OutboxRelay relay(
            JdbcTemplate jdbc, String schema, TestingKafka kafka, UnaryOperator<Producer<String, byte[]>> wrapper) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", kafka.bootstrapServers(), "max.block.ms", 2_000, "reconnect.backoff.max.ms", 500);
        return new OutboxRelay(
                new RelaySessions(appOf(schema), "test"),
                () -> wrapper.apply(OutboxAutoConfiguration.relayProducer(settings)),
                "/sample-service",
                PROPERTIES,
                new OutboxMetrics(jdbc, new SimpleMeterRegistry()));
    }

    private static JdbcConnectionDetails appOf(String schema) {
        return new JdbcConnectionDetails() {
            @Override
            public String getUsername() {
                return schema + "_app";
            }

            @Override
            public String getPassword() {
                return TestingPostgres.PASSWORD;
            }

            @Override
            public String getJdbcUrl() {
                return TestingPostgres.shared().jdbcUrl();
            }
        };
    }
}
