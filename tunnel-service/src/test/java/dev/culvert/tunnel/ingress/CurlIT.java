package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** curl, in each of its ways to speak HTTP without TLS (requirements P2.9.1, P2.9.4). */
@Timeout(60)
class CurlIT {
    private static final String HTTP1 = "--http1.1";
    private static final String UPGRADING = "--http2";
    private static final String HTTP2 = "--http2-prior-knowledge";

    private static TestingDataPlane plane;
    private static RawOrigin origin;
    private static final Semaphore chunks = new Semaphore(0);
    private static final AtomicInteger left = new AtomicInteger();

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(speaksHttp2(), "curl with HTTP/2 is not on this machine");
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
        plane.agent("box", origin.url());
        origin.on("/length", call -> {
            String seen = call.body().length + " " + call.header("x-http2-scheme") + " " + call.header("x-own");
            call.answer("200 OK", seen);
        });
        origin.on("/stream", CurlIT::stream);
        origin.on("/endless", call -> {
            call.startChunked("text/plain");
            call.chunk("begun\n");
            call.awaitClosedByPeer();
            left.incrementAndGet();
            call.closes = true;
        });
        origin.on("/empty", call -> call.write("HTTP/1.1 204 No Content\r\n\r\n"));
    }

    private static void stream(RawOrigin.Call call) throws Exception {
        call.startChunked("text/plain");
        for (int i = 0; i < 3 && chunks.tryAcquire(30, TimeUnit.SECONDS); i++) {
            call.chunk("chunk " + i + "\n");
        }
        call.endChunks();
    }

    private static boolean speaksHttp2() throws Exception {
        try {
            Process process = new ProcessBuilder("curl", "--version").start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).contains(" HTTP2 ");
        } catch (IOException e) {
            return false;
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (plane != null) {
            plane.close();
            origin.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {HTTP1, UPGRADING, HTTP2})
    void uploadsArriveWholeAndWithTheCallersHeadersAlone(String http) throws Exception {
        Path file = Files.write(folder.resolve("upload"), new byte[3_000_000]);

        assertThat(output(curl(http, "/t/box/length", "-H", "X-Own: 1", "--data-binary", "@" + file)))
                .isEqualTo("3000000 null 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {HTTP1, HTTP2})
    void eachChunkArrivesBeforeTheNextIsWritten(String http) throws Exception {
        chunks.drainPermits();
        Process process = curl(http, "/t/box/stream", "--no-buffer");
        try (BufferedReader lines = process.inputReader()) {
            for (int i = 0; i < 3; i++) {
                chunks.release();
                assertThat(lines.readLine()).isEqualTo("chunk " + i);
            }
            assertThat(lines.readLine()).isNull();
        }
        assertThat(process.waitFor()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {HTTP1, HTTP2})
    void theLocalConnectionEndsWithCurl(String http) throws Exception {
        int before = left.get();
        Process process = curl(http, "/t/box/endless", "--no-buffer");
        assertThat(process.inputReader().readLine()).isEqualTo("begun");

        process.destroyForcibly();

        await().atMost(30, TimeUnit.SECONDS).until(() -> left.get() == before + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {HTTP1, HTTP2})
    void answersWithoutABodyAndRefusalsComeAsTheyAre(String http) throws Exception {
        String format = "%{http_code} %{http_version}";
        String version = http.equals(HTTP1) ? "1.1" : "2";

        assertThat(output(curl(http, "/t/box/empty", "-w", format))).isEqualTo("204 " + version);
        assertThat(output(curl(http, "/t/nowhere/x", "-o", "/dev/null", "-w", format)))
                .isEqualTo("404 " + version);
        assertThat(output(curl(http, "/elsewhere", "-o", "/dev/null", "-w", format)))
                .isEqualTo("404 " + version);
    }

    private static Process curl(String http, String path, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "30", http));
        command.addAll(List.of("-H", "Authorization: Bearer " + TestingDataPlane.TOKEN));
        command.addAll(List.of(more));
        command.add(plane.url() + path);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}
