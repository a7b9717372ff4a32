package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Requirements P2.3.5 and P2.11.5, failures 10 and 11 of the list: both replicas are replaced one after the other under
 * steady requests and long streams; no request fails, no stream breaks.
 */
class RollingRestartIT {
    private static final int STREAMS = 20;

    private TestingReplicas replicas;
    private RawOrigin origin;
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch streaming = new CountDownLatch(STREAMS);

    @BeforeEach
    void start() throws Exception {
        replicas = new TestingReplicas();
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok")).on("/stream", call -> {
            call.startChunked("text/event-stream");
            call.chunk("begin ");
            streaming.countDown();
            release.await();
            call.chunk("end");
            call.endChunks();
        });
        replicas.tunnel("box");
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        replicas.close();
        origin.close();
    }

    @Test
    void failsNoRequestAndBreaksNoStreamOfAnAgentWithTwoConnections() throws Exception {
        replaceBoth(0);
    }

    /** An agent with one connection is without a second one while it moves. */
    @Test
    void failsNoRequestAndBreaksNoStreamOfAnAgentWithOneConnection() throws Exception {
        replaceBoth(1);
    }

    private void replaceBoth(int connections) throws Exception {
        List<TestingDataPlane> running = new ArrayList<>(List.of(replicas.start("one"), replicas.start("two")));
        Agent agent = replicas.agent(
                replicas.balancer.url(), "box", origin.url(), options -> options.withConnections(connections));
        await().atMost(Duration.ofSeconds(30)).until(() -> agent.connectionsUp() == (connections == 0 ? 2 : 1));
        replicas.awaitKnown(running.get(running.get(0).registry.connections() == 0 ? 0 : 1), "box");
        List<CompletableFuture<String>> streams = openStreams(running);
        assertThat(streaming.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();

        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                callers.add(threads.submit(() -> call(running, enough, answered, failures)));
            }
            List<CompletableFuture<Void>> stopping = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                TestingDataPlane old = running.get(i);
                // As readiness does: nothing new is led there, what is connected stays.
                replicas.balancer.remove(old.port.port());
                TestingDataPlane replacement = replicas.start("new-" + i);
                synchronized (running) {
                    running.set(i, replacement);
                }
                stopping.add(CompletableFuture.runAsync(() -> stop(old), threads));
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> old.registry.usable().isEmpty() && agent.connectionsUp() >= 1);
                int before = answered.get();
                await().atMost(Duration.ofSeconds(30)).until(() -> answered.get() > before + 100);
            }
            enough.set(true);
            for (Future<?> caller : callers) {
                caller.get();
            }
            assertThat(stopping).noneMatch(CompletableFuture::isDone);
            release.countDown();
            for (CompletableFuture<String> stream : streams) {
                assertThat(stream.get(30, java.util.concurrent.TimeUnit.SECONDS))
                        .isEqualTo("begin end");
            }
            CompletableFuture.allOf(stopping.toArray(CompletableFuture[]::new))
                    .get(30, java.util.concurrent.TimeUnit.SECONDS);
        }

        assertThat(failures).isEmpty();
        assertThat(answered.get()).isGreaterThan(200);
    }

    /** Half of them through the replica that holds the agent, half with a hop. */
    private static List<CompletableFuture<String>> openStreams(List<TestingDataPlane> running) throws Exception {
        List<CompletableFuture<String>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            TestingDataPlane entry = running.get(i % running.size());
            HttpResponse<InputStream> answer =
                    entry.client.send(entry.request("/t/box/stream").build(), BodyHandlers.ofInputStream());
            streams.add(CompletableFuture.supplyAsync(
                    () -> {
                        try (InputStream body = answer.body()) {
                            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
                        } catch (java.io.IOException e) {
                            return "broken: " + e;
                        }
                    },
                    Executors.newVirtualThreadPerTaskExecutor()));
        }
        return streams;
    }

    /** Like a gateway: one replica after the other, the ones that are ready. */
    private static void call(
            List<TestingDataPlane> running,
            AtomicBoolean enough,
            AtomicInteger answered,
            ConcurrentLinkedQueue<String> failures) {
        int turn = 0;
        while (!enough.get()) {
            TestingDataPlane entry;
            synchronized (running) {
                entry = running.get(turn++ % running.size());
            }
            try {
                HttpResponse<String> answer =
                        entry.client.send(entry.request("/t/box/ok").build(), BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    failures.add(answer.statusCode() + " " + answer.body());
                }
                answered.incrementAndGet();
            } catch (java.net.ConnectException e) {
                // Chosen before it closed its port: nothing was sent, so the next one is asked.
                continue;
            } catch (java.io.IOException e) {
                failures.add(e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void stop(TestingDataPlane replica) {
        try {
            replica.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
