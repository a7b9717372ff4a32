package dev.culvert.user;

import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.testing.TestingStores;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.json.JsonMapper;

/** The whole service on real stores; one instance for all tests that extend this. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "spring.datasource.hikari.connection-timeout=5000")
public abstract class RunningUserService {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "users");
    }

    /** A client without credentials. */
    protected UserClient client() {
        return new UserClient("http://127.0.0.1:" + port);
    }

    protected UserClient client(TestCallers caller) {
        return client().as(TestingIssuer.shared().token(caller));
    }

    /** Somebody whose account was just registered and whose profile has arrived. */
    protected TestCallers registered() {
        TestCallers caller = TestCallers.user();
        publish(UUID.randomUUID(), caller, registration(caller, "u" + caller.userId()));
        await().atMost(PATIENCE)
                .until(() -> client(caller).get("/api/v1/users/profile").statusCode() == 200);
        return caller;
    }

    protected static AuthEvent.UserRegistered registration(TestCallers caller, String username) {
        return new AuthEvent.UserRegistered(
                caller.userId(), caller.tenantId(), username, username + "@example.org", "free", Set.of("user"));
    }

    /** Publishes an event as the service does that it comes from. */
    protected static void publish(UUID eventId, TestCallers caller, DomainEvent event) {
        var record = new ProducerRecord<>(
                EventType.of(event).topic(),
                event.subject(),
                JsonMapper.shared().writeValueAsString(event));
        Map.of(
                        EventHeaders.SPEC_VERSION, EventHeaders.SPEC_VERSION_1_0,
                        EventHeaders.ID, eventId.toString(),
                        EventHeaders.TYPE, EventType.of(event).cloudEventsType(),
                        EventHeaders.SOURCE, "/auth-service",
                        EventHeaders.SUBJECT, event.subject(),
                        EventHeaders.TIME, Instant.now().toString(),
                        EventHeaders.TENANT_ID, caller.tenantId().toString(),
                        EventHeaders.SEQUENCE, "1",
                        EventHeaders.CONTENT_TYPE, EventHeaders.JSON)
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        Map<String, Object> settings =
                Map.of("bootstrap.servers", TestingKafka.shared().bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(record);
        }
    }

    /** What a column holds, read past row-level security. */
    protected static List<String> column(String sql, Object... parameters) {
        TestingPostgres postgres = TestingPostgres.shared();
        try (Connection connection = DriverManager.getConnection(
                        postgres.jdbcUrl(), postgres.adminUser(), postgres.adminPassword());
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> values = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
