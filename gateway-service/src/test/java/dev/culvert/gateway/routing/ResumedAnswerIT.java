package dev.culvert.gateway.routing;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers that go on, the part of the gateway: it has the client's connection, so it asks another replica for what is missing. */
class ResumedAnswerIT {
    private static TestingService others;
    private static TestingService firstReplica;
    private static TestingService secondReplica;
    private static TestingGateway gateway;

    private final AtomicInteger refusals = new AtomicInteger();
    private final BlockingQueue<Connection> begun = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() {
        others = TestingService.start();
        firstReplica = TestingService.start();
        secondReplica = TestingService.start();
        gateway = TestingGateway.start(others, "TUNNEL_DATA_URL", firstReplica.uri() + "," + secondReplica.uri());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        others.close();
        firstReplica.close();
        secondReplica.close();
    }

    @BeforeEach
    void answer() {
        for (TestingService replica : new TestingService[] {firstReplica, secondReplica}) {
            replica.forget();
            replica.on("/t/app/stream", (request, response) -> answer(request, response, true));
            replica.on(
                    "/t/app/later",
                    (request, response) ->
                            request.requestHeaders().contains(HeaderNames.RESUME_FROM) && refusals.getAndDecrement() > 0
                                    ? response.status(503).send()
                                    : answer(request, response, true));
            replica.on("/t/app/refused", (request, response) -> answer(request, response, false));
            replica.on("/t/app/plain", (_, response) -> begin(response));
        }
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response, boolean kept) {
        String from = request.requestHeaders().get(HeaderNames.RESUME_FROM);
        if (from == null) {
            return begin(response.header(HeaderNames.RESUME_AGENT, "agent-1"));
        }
        return kept
                ? response.header(HeaderNames.RESUME_AGENT, "agent-1").sendString(Mono.just("from " + from))
                : response.status(502).send();
    }

    private Publisher<Void> begin(HttpServerResponse response) {
        return response.withConnection(begun::add)
                .sendHeaders()
                .send(
                        Flux.concat(
                                Mono.just(Unpooled.copiedBuffer("begin ", StandardCharsets.US_ASCII)), Mono.never()),
                        _ -> true);
    }

    private HttpResponse<InputStream> beginAndBreak(String path) throws Exception {
        return beginAndBreak(path, 0);
    }

    private HttpResponse<InputStream> beginAndBreak(String path, int refused) throws Exception {
        HttpResponse<InputStream> answer = send(gateway.signedIn(path), BodyHandlers.ofInputStream());
        assertThat(new String(answer.body().readNBytes(6), StandardCharsets.US_ASCII))
                .isEqualTo("begin ");
        refusals.set(refused);
        begun.take().dispose();
        return answer;
    }

    @Test
    void asksAnotherReplicaForTheBytesThatAreMissing() throws Exception {
        HttpResponse<InputStream> answer = beginAndBreak("/t/app/stream?x=1");

        assertThat(new String(answer.body().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("from 6");

        List<TestingService.Received> received = new ArrayList<>(firstReplica.waiting());
        received.addAll(secondReplica.waiting());
        assertThat(received).hasSize(2);
        assertThat(firstReplica.waiting()).hasSize(1);
        boolean secondIsFirst = received.get(0).headers().containsHeader(HeaderNames.RESUME_FROM);
        TestingService.Received first = received.get(secondIsFirst ? 1 : 0);
        TestingService.Received second = received.get(secondIsFirst ? 0 : 1);
        assertThat(second.uri()).isEqualTo("/t/app/stream?x=1");
        assertThat(second.headers().getFirst(HeaderNames.RESUME_AGENT)).isEqualTo("agent-1");
        assertThat(second.headers().getFirst(HeaderNames.RESUME_TOKEN))
                .isEqualTo(Objects.requireNonNull(first.headers().getFirst(HeaderNames.RESUME_TOKEN)))
                .hasSize(32);
        assertThat(second.headers().getFirst(HeaderNames.CALLER_TOKEN)).isNotEmpty();
        assertThat(answer.headers().map().keySet())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("culvert-"));
    }

    /** As a replica answers whose way to the agent breaks in this moment. */
    @Test
    void asksAgainWhenAReplicaHasNoWayToTheAgentNow() throws Exception {
        HttpResponse<InputStream> answer = beginAndBreak("/t/app/later", 3);

        assertThat(new String(answer.body().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("from 6");
        assertThat(firstReplica.waiting().size() + secondReplica.waiting().size())
                .isEqualTo(1 + 3 + 1);
    }

    @Test
    void breaksOffWhenTheRestIsNotThere() throws Exception {
        HttpResponse<InputStream> answer = beginAndBreak("/t/app/refused");

        assertThatThrownBy(() -> answer.body().readAllBytes()).isInstanceOf(IOException.class);
    }

    @Test
    void breaksOffWhereNobodyKeepsTheAnswer() throws Exception {
        HttpResponse<InputStream> answer = beginAndBreak("/t/app/plain");

        assertThatThrownBy(() -> answer.body().readAllBytes()).isInstanceOf(IOException.class);
        assertThat(firstReplica.waiting().size() + secondReplica.waiting().size())
                .isEqualTo(1);
    }
}
