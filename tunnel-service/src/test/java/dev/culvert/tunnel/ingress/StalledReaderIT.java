package dev.culvert.tunnel.ingress;

import static dev.culvert.tunnelprotocol.MemoryBudget.pinnedBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.AgentListener;
import dev.culvert.tunnelprotocol.LinkSettings;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A caller that does not read costs a bounded amount of memory and slows nobody else down. */
class StalledReaderIT {
    private static final int STALLED = 20;
    private static final int SIZE = 32 * 1024 * 1024;
    private static final int SMALLEST_WINDOW = LinkSettings.DEFAULTS.streamWindowBytes();
    private static final int LARGEST_WINDOW = 2 * 1024 * 1024;

    /** What may wait for the sockets of an agent's links, at both ends. */
    private static final long SOCKETS_OF_LINKS = 8 * 1024 * 1024;

    private static TestingDataPlane plane;
    private static RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
        plane.agent("box", origin.url(), options -> options.withConnections(2), new AgentListener() {});
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @Test
    void holdsNoMoreThanItsWindowsAndLetsOthersPass() throws Exception {
        AtomicLong written = new AtomicLong();
        byte[] block = new byte[64 * 1024];
        origin.on("/endless", call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n");
            for (int sent = 0; sent < SIZE; sent += block.length) {
                call.out.write(block);
                written.addAndGet(block.length);
            }
        });
        origin.on("/fast", call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE / 8 + "\r\n\r\n");
            new UploadsIT.Generated(SIZE / 8, 1).transferTo(call.out);
        });
        long idle = directMemory();
        List<Socket> stalled = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(16 * 1024);
            socket.connect(new java.net.InetSocketAddress("127.0.0.1", plane.port.port()));
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/endless"));
            stalled.add(socket);
        }

        // Back-pressure has reached the local service when it writes no more.
        AtomicLong before = new AtomicLong(-1);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> written.get() > 0 && before.getAndSet(written.get()) == written.get());

        // Most of it waits in the sockets of three hops, which the kernel lets grow; half is far from all.
        assertThat(written.get()).as("bytes the local services could write").isLessThan((long) STALLED * SIZE / 2);
        // What the port counts for these requests is what they cost at most; the agent's end runs in this process too.
        assertThat(plane.port.reservedBytes())
                .isBetween(STALLED * pinnedBy(SMALLEST_WINDOW), STALLED * pinnedBy(LARGEST_WINDOW));
        assertThat(directMemory() - idle)
                .as("direct memory")
                .isLessThan(2 * plane.port.reservedBytes() + SOCKETS_OF_LINKS);
        for (int i = 0; i < 4; i++) {
            HttpResponse<InputStream> answer =
                    plane.client.send(plane.request("/t/box/fast").build(), BodyHandlers.ofInputStream());
            assertThat(answer.body().transferTo(java.io.OutputStream.nullOutputStream()))
                    .isEqualTo(SIZE / 8);
        }

        for (Socket socket : stalled) {
            socket.close();
        }
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(plane.port.requests()).isZero();
            assertThat(plane.port.reservedBytes()).isZero();
        });
    }

    private static long directMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }
}
