package dev.culvert.gateway.routing;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.gateway.protocol.RawHttp2;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** NF3.4 at the gateway: it stops without a failed call. */
class DrainIT {
    private static final int CLIENTS = 8;

    @Test
    void losesNoCallOfClientsThatKeepTheirConnectionsWhenItStops() throws Exception {
        try (TestingService service = TestingService.start()) {
            TestingGateway gateway = TestingGateway.start(service, "DRAIN_TIME", "4s");
            CountDownLatch arrived = new CountDownLatch(1);
            service.on("/api/v1/users/slow", (_, response) -> {
                arrived.countDown();
                return response.sendString(Mono.delay(Duration.ofSeconds(2)).map(_ -> "{}"));
            });
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> send(gateway.anonymous("/health/ready")).statusCode() == 200);
            AtomicInteger answered = new AtomicInteger();
            List<CompletableFuture<String>> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(
                            () -> callUntilSentAway(gateway.port(), answered), Thread::startVirtualThread))
                    .toList();
            CompletableFuture<HttpResponse<String>> slow = CompletableFuture.supplyAsync(
                    () -> send(gateway.signedIn("/api/v1/users/slow")), Thread::startVirtualThread);
            arrived.await();
            await().until(() -> answered.get() > 10 * CLIENTS);

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(gateway::close, Thread::startVirtualThread);

            await().until(() -> send(gateway.anonymous("/health/ready")).statusCode() == 503);
            try (RawHttp2 http2 = new RawHttp2(gateway.port())) {
                http2.send(RawHttp2.HEADERS, 5, 1, http2.get("/health/live"));
                RawHttp2.Frame goAway = http2.next(frame -> frame.type() == RawHttp2.GOAWAY);
                assertThat(goAway.number(0)).isEqualTo(Integer.MAX_VALUE); // what is on its way is still answered
                assertThat(goAway.number(4)).isZero();
                assertThat(http2.headers(http2.next()).status()).hasToString("200");
            }
            for (CompletableFuture<String> client : clients) {
                assertThat(client.get()).isEqualTo("sent away");
            }
            assertThat(slow.get().statusCode()).isEqualTo(200);
            stopped.get();
        }
    }

    /** Calls on one connection; answers how that ended. */
    private static String callUntilSentAway(int port, AtomicInteger answered) {
        String request = "GET /t/app/x HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                + TestingIssuer.shared().token(TestCallers.superAdmin()) + "\r\n\r\n";
        try (Socket socket = new Socket("127.0.0.1", port);
                BufferedReader reader = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            while (true) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                String status = String.valueOf(reader.readLine());
                if (!status.startsWith("HTTP/1.1 200")) {
                    return status;
                }
                boolean close = false;
                int length = 0;
                for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                    String header = line.toLowerCase(Locale.ROOT);
                    close |= header.equals("connection: close");
                    length = header.startsWith("content-length:")
                            ? Integer.parseInt(header.substring(15).strip())
                            : length;
                }
                for (int i = 0; i < length; i++) {
                    reader.read();
                }
                answered.incrementAndGet();
                if (close) {
                    return "sent away";
                }
            }
        } catch (IOException e) {
            return e.toString();
        }
    }
}
