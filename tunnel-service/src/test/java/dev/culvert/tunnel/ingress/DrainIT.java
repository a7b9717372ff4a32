package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Going down on purpose costs no request. */
class DrainIT {
    private TestingDataPlane plane;
    private RawOrigin origin;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @Test
    void movesRequestsToAnotherAgentWithoutAFailure() throws Exception {
        origin.on("/ok", call -> call.answer("200 OK", "ok"));
        Agent first = plane.agent("box", origin.url());
        AtomicBoolean enough = new AtomicBoolean();
        List<Future<Integer>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                callers.add(threads.submit(() -> {
                    int sent = 0;
                    while (!enough.get()) {
                        HttpResponse<String> answer =
                                plane.client.send(plane.request("/t/box/ok").build(), BodyHandlers.ofString());
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                        sent++;
                    }
                    return sent;
                }));
            }
            // Five times: a new agent comes, the old one goes.
            for (int round = 0; round < 5; round++) {
                Agent next = plane.agent("box", origin.url());
                first.close();
                first = next;
            }
            enough.set(true);
        }

        int sent = 0;
        for (Future<Integer> caller : callers) {
            sent += caller.get();
        }
        assertThat(sent).isPositive();
    }

    @Test
    void finishesWhatIsUnderWayWhenTheAgentStops() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        origin.on("/slow", call -> {
            asked.countDown();
            release.await();
            call.answer("200 OK", "finished");
        });
        Agent agent = plane.agent("box", origin.url());
        CompletableFuture<HttpResponse<String>> answer =
                plane.client.sendAsync(plane.request("/t/box/slow").build(), BodyHandlers.ofString());
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> closing = CompletableFuture.runAsync(agent::close);
        await().until(() -> get("/t/box/other").statusCode() == 503);
        release.countDown();

        assertThat(answer.get(30, TimeUnit.SECONDS).body()).isEqualTo("finished");
        closing.get(30, TimeUnit.SECONDS);
    }

    @Test
    void finishesWhatIsUnderWayWhenTheServiceStops() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        origin.on("/slow", call -> {
            call.startChunked("text/plain");
            call.chunk("begin ");
            asked.countDown();
            release.await();
            call.chunk("end");
            call.endChunks();
        });
        plane.agent("box", origin.url());
        CompletableFuture<HttpResponse<String>> answer =
                plane.client.sendAsync(plane.request("/t/box/slow").build(), BodyHandlers.ofString());
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> {
            try {
                plane.stop();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> refusesConnections());
        assertThat(stopping).isNotDone();
        release.countDown();

        assertThat(answer.get(30, TimeUnit.SECONDS).body()).isEqualTo("begin end");
        stopping.get(30, TimeUnit.SECONDS);
    }

    @Test
    void stopsAtOnceWhenNothingIsUnderWay() throws Exception {
        plane.agent("box", origin.url());

        long started = System.nanoTime();
        plane.stop();

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    }

    private boolean refusesConnections() {
        try {
            plane.connect().close();
            return false;
        } catch (java.io.IOException e) {
            return true;
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return plane.client.send(plane.request(path).build(), BodyHandlers.ofString());
    }
}
