package dev.culvert.tunnel.inspector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter.Course;
import dev.culvert.tunnel.session.TrafficMeter.Hops;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.transaction.support.TransactionOperations;

class InspectorTest {
    private static final int KEPT = 3;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Inspector inspector = inspector();

    private Inspector inspector() {
        InspectorProperties properties = new Binder(
                        new MapConfigurationPropertySource(Map.of("inspector.requests-per-tunnel", KEPT)))
                .bindOrCreate("inspector", InspectorProperties.class);
        StoredSettings defaults = new StoredSettings(
                JdbcClient.create(new SimpleDriverDataSource()),
                TransactionOperations.withoutTransaction(),
                properties);
        return new Inspector(defaults, properties, new LiveFeed(properties), metrics);
    }

    @AfterEach
    void stop() {
        inspector.stop();
    }

    @Test
    void keepsTheLatestOfEachTunnelOfManyThatEndTogetherAndNothingOfTheOthers() {
        UUID busy = UUID.randomUUID();
        UUID quiet = UUID.randomUUID();
        UUID first = pass(quiet);
        List<UUID> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(pass(busy));
        }

        await().untilAsserted(() ->
                assertThat(kept(busy)).containsExactlyElementsOf(many.reversed().subList(0, KEPT)));
        assertThat(kept(quiet)).containsExactly(first);
        await().untilAsserted(() -> assertThat(
                        metrics.get("tunnel.inspector.memory").gauge().value())
                .isEqualTo((double) inspector.captures().bytes()));
        assertThat(metrics.get("tunnel.inspector.unseen").counter().count()).isZero();
    }

    private List<UUID> kept(UUID tunnel) {
        return inspector.captures().of(tunnel).stream().map(CapturedRequest::id).toList();
    }

    /** A request with an answer in one piece. */
    private UUID pass(UUID tunnel) {
        RequestStart start = new RequestStart(
                UUID.randomUUID(),
                tunnel,
                UUID.randomUUID(),
                UUID.randomUUID(),
                Protocol.HTTP_1_1,
                "c",
                "GET",
                "/",
                new DefaultHttpHeaders(),
                Instant.now());
        RequestObserver observer = inspector.begin(start);
        observer.answerBytes(Unpooled.wrappedBuffer(new byte[10]));
        observer.ended(new Traffic(
                tunnel,
                start.tenantId(),
                start.userId(),
                start.method(),
                200,
                0,
                10,
                start.startedAt(),
                Duration.ZERO,
                Outcome.COMPLETED,
                new Course(
                        start.requestId(),
                        start.correlationId(),
                        start.path(),
                        start.protocol(),
                        Optional.empty(),
                        Optional.empty(),
                        new Hops(
                                Duration.ZERO,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()))));
        return start.requestId();
    }
}
