package dev.culvert.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService.Received;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

class ManyEqualCallsIT {
    private static final int CALLERS = 2_000;
    private static final Duration LONG = Duration.ofMinutes(1);

    /** S4.36 in numbers: each on a connection of its own, all under way before the service answers. */
    @Test
    void twoThousandCallersAtOnceAreAnsweredByOneCallOfTheService() {
        TestingGateway gateway = TestingGateway.shared();
        String path = "/oauth2/jwks/" + UUID.randomUUID();
        Sinks.Empty<Void> go = Sinks.empty();
        gateway.service()
                .on(path, (_, response) -> response.sendString(go.asMono().thenReturn("for all")));
        ConnectionProvider connections = ConnectionProvider.builder("callers")
                .maxConnections(CALLERS)
                .pendingAcquireMaxCount(CALLERS)
                .pendingAcquireTimeout(LONG)
                .build();
        try {
            HttpClient client = HttpClient.create(connections);
            CompletableFuture<List<String>> answers = Flux.range(0, CALLERS)
                    .flatMap(_ -> get(client, gateway.uri(path).toString()), CALLERS)
                    .collectList()
                    .toFuture();
            await().atMost(LONG).until(() -> underWay(gateway) >= CALLERS);

            go.tryEmitEmpty().orThrow();

            assertThat(answers.orTimeout(60, TimeUnit.SECONDS).join())
                    .hasSize(CALLERS)
                    .containsOnly("200 for all");
            assertThat(gateway.service().waiting().stream().map(Received::uri))
                    .filteredOn(path::equals)
                    .hasSize(1);
        } finally {
            connections.dispose();
        }
    }

    private static Mono<String> get(HttpClient client, String address) {
        return client.get()
                .uri(address)
                .responseSingle((response, body) ->
                        body.asString().map(text -> response.status().code() + " " + text));
    }

    private static double underWay(TestingGateway gateway) {
        return gateway.context()
                .getBean(MeterRegistry.class)
                .get("http.requests.in.progress")
                .gauge()
                .value();
    }
}
