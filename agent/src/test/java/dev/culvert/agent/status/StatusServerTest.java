package dev.culvert.agent.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.forward.ForwardedRequest;
import dev.culvert.agent.profile.Profile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusServerTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:15:30Z");

    private StatusServer server;

    @BeforeEach
    void showATunnelThatHasSeenSomething() throws IOException {
        AgentStatus status = new AgentStatus(Clock.fixed(NOW, ZoneOffset.UTC));
        TunnelStatus box =
                status.add(TunnelEntry.of("http://a.example", "b\"<x", "http://127.0.0.1:1", Profile.PLAIN, 2));
        box.measuredBy(() -> List.of(Duration.ofMillis(12)));
        box.onLink(new LinkEvent.Connected(0, Transport.WEBSOCKET));
        box.onLink(new LinkEvent.Retrying(1, Duration.ofSeconds(1), "no <route>"));
        box.onLink(new LinkEvent.Connected(2, Transport.POLLING));
        box.onRequestStarted();
        box.onRequestStarted();
        box.onRequest(new ForwardedRequest(
                NOW, "POST", "/x?token=secret", 502, Duration.ofSeconds(1), 5, 7, ForwardedRequest.End.FAILED));
        server = StatusServer.start(status, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsAPageThatNoNameCanBreak() throws IOException {
        assertThat(get("/", "127.0.0.1"))
                .startsWith("HTTP/1.1 200")
                .contains("b&quot;&lt;x", "no &lt;route>", "1 running", "1 failed", "12.0 ms")
                .doesNotContain("secret");
    }

    @Test
    void answersPrograms() throws IOException {
        assertThat(get("/status", "localhost:4041"))
                .contains(
                        "\"tunnel\":\"b\\\"<x\"",
                        "\"0\":\"up\"",
                        "\"1\":\"retrying\"",
                        "\"2\":\"up by polling\"",
                        "\"activeRequests\":1")
                .contains("\"failed\":1", "\"bytesIn\":5", "\"bytesOut\":7", "\"roundTripMillis\":[12.0]");
    }

    @Test
    void answersPrometheus() throws IOException {
        assertThat(get("/metrics", "[::1]:4041"))
                .contains(
                        "culvert_agent_connections{tunnel=\"b\\\"<x\"} 2\n",
                        "culvert_agent_requests_active{tunnel=\"b\\\"<x\"} 1\n",
                        "culvert_agent_requests_total{tunnel=\"b\\\"<x\",end=\"failed\"} 1\n",
                        "culvert_agent_body_bytes_total{tunnel=\"b\\\"<x\",direction=\"out\"} 7\n",
                        "culvert_agent_round_trip_seconds{tunnel=\"b\\\"<x\",connection=\"0\"} 0.012\n");
    }

    @Test
    void answersToNoOtherName() throws IOException {
        assertThat(get("/status", "attacker.example"))
                .startsWith("HTTP/1.1 421")
                .doesNotContain("a.example");
    }

    private String get(String path, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
