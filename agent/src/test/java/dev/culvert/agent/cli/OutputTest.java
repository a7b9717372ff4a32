package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.forward.ForwardedRequest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class OutputTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:15:30Z");

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

    @Test
    void showsARequestInOneLineWithoutItsQuery() {
        new PlainOutput(out, ZoneOffset.UTC)
                .onRequest(request("/api/chat?token=secret", ForwardedRequest.End.COMPLETED));

        assertThat(lines())
                .startsWith("10:15:30  POST    /api/chat?…")
                .contains("200", "1.5 s", "12 B in, 1200 kB out")
                .doesNotContain("secret");
    }

    @Test
    void showsThatACallerLeft() {
        new PlainOutput(out, ZoneOffset.UTC).onRequest(request("/x", ForwardedRequest.End.CANCELLED));

        assertThat(lines()).endsWith("(caller left)\n");
    }

    @Test
    void letsNoCallerWriteItsOwnLines() {
        new PlainOutput(out, ZoneOffset.UTC).onRequest(request("/x\nfake", ForwardedRequest.End.COMPLETED));

        assertThat(lines()).doesNotContain("fake");
    }

    @Test
    void writesOneJsonObjectPerLine() {
        JsonOutput json = new JsonOutput(out, Clock.fixed(NOW, ZoneOffset.UTC));
        json.starting("http://a/t/box/", "http://127.0.0.1:1");
        json.onLink(new LinkEvent.Retrying(1, Duration.ofMillis(300), "no \"route\""));
        json.onRequest(request("/x?y", ForwardedRequest.End.COMPLETED));
        json.ended(new AgentEnd(AgentEnd.Reason.KEY_REFUSED, ""), "The key.");

        assertThat(lines().lines())
                .containsExactly(
                        "{\"time\":\"2026-11-22T10:15:30Z\",\"event\":\"starting\",\"address\":\"http://a/t/box/\","
                                + "\"target\":\"http://127.0.0.1:1\"}",
                        "{\"time\":\"2026-11-22T10:15:30Z\",\"event\":\"retrying\",\"connection\":1,"
                                + "\"reason\":\"no \\\"route\\\"\",\"waitMillis\":300}",
                        "{\"time\":\"2026-11-22T10:15:30Z\",\"event\":\"request\",\"method\":\"POST\",\"path\":\"/x?…\","
                                + "\"status\":200,\"durationMillis\":1500,\"bytesIn\":12,\"bytesOut\":1200000,"
                                + "\"end\":\"completed\"}",
                        "{\"time\":\"2026-11-22T10:15:30Z\",\"event\":\"ended\",\"reason\":\"key_refused\","
                                + "\"message\":\"The key.\"}");
    }

    private static ForwardedRequest request(String path, ForwardedRequest.End end) {
        return new ForwardedRequest(NOW, "POST", path, 200, Duration.ofMillis(1500), 12, 1_200_000, end);
    }

    private String lines() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
