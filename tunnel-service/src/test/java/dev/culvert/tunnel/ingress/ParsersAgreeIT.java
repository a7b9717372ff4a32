package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testing.DoubtfulRequests;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Fault 19: requests whose length two parsers could read in two ways. Behind each body stands another request, without a
 * credential; if the data port, the agent and a local service ever disagree on where the body ends, the local service gets that.
 */
class ParsersAgreeIT {
    private static final int CASES = 400;
    private static final int AT_ONCE = 32;

    private final AtomicInteger taken = new AtomicInteger();
    private final Queue<String> odd = new ConcurrentLinkedQueue<>();
    private TestingDataPlane plane;
    private RawOrigin origin;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin()
                .on("/ok", call -> call.answer("200 OK", "ok"))
                .on("/take", this::take)
                .on("/hidden", call -> {
                    odd.add("hidden: " + call.method + " " + call.target);
                    call.answer("200 OK", "");
                });
        plane.tunnel("box");
        plane.agent("box", origin.url());
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        origin.close();
    }

    /** A local service gets one length or chunks, and each in one form only. */
    private void take(RawOrigin.Call call) throws IOException {
        String length = call.header("content-length");
        String encoding = call.header("transfer-encoding");
        boolean plain = encoding == null && (length == null || length.matches("[0-9]{1,18}"));
        boolean chunked = length == null && "chunked".equals(encoding);
        if (!plain && !chunked) {
            odd.add("length: " + call.headers);
        }
        try {
            call.body();
        } catch (NumberFormatException e) {
            odd.add("chunks: " + e.getMessage());
            call.closes = true;
        }
        taken.incrementAndGet();
        call.answer("200 OK", "");
    }

    @Test
    void onWhereEachRequestEnds() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);

        try (ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < CASES; i++) {
                String text = any(random);
                callers.execute(() -> send(text));
            }
        }

        await().atMost(Duration.ofSeconds(20))
                .until(() -> plane.port.requests() == 0 && plane.port.reservedBytes() == 0);
        assertThat(odd).as("seed %d", seed).isEmpty();
        assertThat(taken).as("seed %d", seed).hasValueGreaterThan(CASES / 100);
        assertThat(plane.client
                        .send(plane.request("/t/box/ok").build(), BodyHandlers.ofString())
                        .body())
                .isEqualTo("ok");
    }

    private static String any(Random random) {
        return DoubtfulRequests.any(
                random,
                "/t/box/take",
                "Authorization: Bearer " + TestingDataPlane.TOKEN,
                random.nextBoolean() ? "/hidden" : "/t/box/hidden");
    }

    /** Waits for the first answer only; some requests never get one, since more of their body is to come. */
    private void send(String text) {
        try (Socket socket = plane.connect()) {
            socket.setSoTimeout(1_000);
            TestingDataPlane.send(socket, text);
            assertThat(socket.getInputStream().read()).isLessThan(256);
        } catch (IOException e) {
            // Nothing more is said to a caller like that.
        }
    }
}
