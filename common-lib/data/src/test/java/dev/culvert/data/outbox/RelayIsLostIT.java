package dev.culvert.data.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.testing.TestingStores;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** R9.4: a crash between write, publish and delete may repeat events, never lose or reorder them. */
@SpringBootTest(properties = {"culvert.data.outbox.enabled=false", "culvert.data.inbox.enabled=false"})
class RelayIsLostIT {
    private static final String SCHEMA = "relay_lost";

    private final UUID tenant = UUID.randomUUID();
    private final UUID tunnel = UUID.randomUUID();
    private final List<OutboxRelay> relays = new ArrayList<>();

    @Autowired
    Outbox outbox;

    @Autowired
    PlatformTransactionManager transactions;

    @Autowired
    JdbcTemplate jdbc;

    private TopicReader topic;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        registry.add("culvert.data.schema", () -> SCHEMA);
        TestingStores.register(registry, SCHEMA);
    }

    @BeforeEach
    void read() {
        topic = new TopicReader(TestingKafka.shared().bootstrapServers(), Topics.TUNNELS);
    }

    @AfterEach
    void stopAll() {
        relays.forEach(OutboxRelay::stop);
        topic.close();
    }

    @Test
    void sessionKilledBetweenSendAndDeleteRepeatsButLosesNothing() {
        AtomicInteger batches = new AtomicInteger();
        append(20);

        start(killSessionOnceWhenAcknowledged(batches));

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(pending()).isZero());
        List<ConsumerRecord<String, byte[]>> records =
                await().until(() -> topic.ofKey(tunnel.toString()), found -> found.size() >= 21);
        assertThat(batches).as("relay came back with a new session").hasValueGreaterThan(1);
        assertThat(firstOccurrences(records)).hasSize(20).isSorted();
    }

    @Test
    void ofTwoRelaysOneSendsAndTheOtherTakesOver() {
        OutboxRelay first = start(UnaryOperator.identity());
        OutboxRelay second = start(UnaryOperator.identity());
        append(30);
        await().untilAsserted(() -> assertThat(pending()).isZero());

        first.stop();
        append(30);
        await().untilAsserted(() -> assertThat(pending()).isZero());
        start(UnaryOperator.identity());
        second.stop();
        append(30);

        List<ConsumerRecord<String, byte[]>> records = await().atMost(Duration.ofSeconds(30))
                .until(() -> topic.ofKey(tunnel.toString()), found -> found.size() >= 90);
        assertThat(records).as("nobody sent what another had sent").hasSize(90);
        assertThat(firstOccurrences(records)).hasSize(90).isSorted();
    }

    /** A producer that cannot learn where a topic lives answers with a failed future instead of an exception. */
    @Test
    void nothingOvertakesAnEventThatCouldNotBeQueued() {
        AtomicInteger sends = new AtomicInteger();
        append(10);

        start(failTwice(sends));

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(pending()).isZero());
        List<ConsumerRecord<String, byte[]>> records =
                await().until(() -> topic.ofKey(tunnel.toString()), found -> found.size() >= 10);
        assertThat(records.stream()
                        .map(record -> Long.parseLong(TopicReader.header(record, EventHeaders.SEQUENCE)))
                        .toList())
                .hasSize(10)
                .isSorted();
    }

    private OutboxRelay start(UnaryOperator<Producer<String, byte[]>> wrapper) {
        OutboxRelay relay = TestRelays.relay(jdbc, SCHEMA, TestingKafka.shared(), wrapper);
        relays.add(relay);
        relay.start();
        return relay;
    }

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            new TransactionTemplate(transactions)
                    .executeWithoutResult(_ -> outbox.append(tenant, new TunnelCreated(tunnel, tenant, "home")));
        }
    }

    private long pending() {
        Long count = jdbc.queryForObject("SELECT count(*) FROM outbox", Long.class);
        return count == null ? 0 : count;
    }

    private static List<Long> firstOccurrences(List<ConsumerRecord<String, byte[]>> records) {
        return records.stream()
                .map(record -> Long.parseLong(TopicReader.header(record, EventHeaders.SEQUENCE)))
                .distinct()
                .toList();
    }

    /** The third and the fourth send fail as those of a producer do whose broker has just gone. */
    private static UnaryOperator<Producer<String, byte[]>> failTwice(AtomicInteger sends) {
        return wrapping((method, call) -> {
            int send = method.equals("send") ? sends.incrementAndGet() : 0;
            return send == 3 || send == 4
                    ? CompletableFuture.failedFuture(new TimeoutException("Topic not present in metadata"))
                    : call.call();
        });
    }

    /** Ends the relay's session after Kafka has the event and before the relay hears of it: as if it died there. */
    private static UnaryOperator<Producer<String, byte[]>> killSessionOnceWhenAcknowledged(AtomicInteger producers) {
        return producer -> {
            boolean kills = producers.incrementAndGet() == 1;
            return wrapping((method, call) -> {
                        Object result = call.call();
                        if (kills && method.equals("send")) {
                            Object metadata = ((Future<?>) result).get();
                            TestingPostgres.shared()
                                    .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                            + " WHERE usename = '" + SCHEMA + "_app'"
                                            + " AND application_name = 'test outbox relay'");
                            return CompletableFuture.completedFuture(metadata);
                        }
                        return result;
                    })
                    .apply(producer);
        };
    }

    @SuppressWarnings("unchecked")
    private static UnaryOperator<Producer<String, byte[]>> wrapping(Intervention intervention) {
        return producer -> (Producer<String, byte[]>) Proxy.newProxyInstance(
                Producer.class.getClassLoader(),
                new Class<?>[] {Producer.class},
                (_, method, arguments) -> intervention.around(method.getName(), () -> {
                    try {
                        return method.invoke(producer, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() instanceof Exception cause ? cause : e;
                    }
                }));
    }

    private interface Intervention {
        Object around(String method, Callable<Object> call) throws Exception;
    }
}
