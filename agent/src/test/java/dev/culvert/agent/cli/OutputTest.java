package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.forward.ForwardedRequest;
import dev.culvert.agent.profile.LocalService;
import dev.culvert.agent.profile.Profile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:15:30Z");
    private static final TunnelEntry ENTRY = TunnelEntry.of("http://a", "box", "http://127.0.0.1:1", Profile.OLLAMA, 2);

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

    @Test
    void showsARequestInOneLineWithoutItsQuery() {
        plain(false).listener("box").onRequest(request("/api/chat?token=secret", ForwardedRequest.End.COMPLETED));

        assertThat(lines())
                .startsWith("10:15:30  POST    /api/chat?…")
                .contains("200", "1.5 s", "12 B in, 1200 kB out")
                .doesNotContain("secret");
    }

    @Test
    void showsThatACallerLeft() {
        plain(false).listener("box").onRequest(request("/x", ForwardedRequest.End.CANCELLED));

        assertThat(lines()).endsWith("(caller left)\n");
    }

    @Test
    void letsNoCallerWriteItsOwnLines() {
        plain(false).listener("box").onRequest(request("/x\nfake", ForwardedRequest.End.COMPLETED));

        assertThat(lines()).doesNotContain("fake");
    }

    @Test
    void saysWhichTunnelALineIsAboutWhenThereAreSeveral() {
        plain(true).listener("box").onLink(new LinkEvent.Connected(0, Transport.WEBSOCKET));

        assertThat(lines()).isEqualTo("[box] connection 1 is up\n");
    }

    @Test
    void saysThatAConnectionPolls() {
        plain(false).listener("box").onLink(new LinkEvent.Connected(1, Transport.POLLING));

        assertThat(lines()).isEqualTo("connection 2 is up, by polling\n");
    }

    @Test
    void showsWhatToDoWithAWorkingTunnel() {
        LocalService service =
                new LocalService("http://127.0.0.1:11434", Profile.OLLAMA, "0.12.3", List.of("it's-a:model"));
        String base = "http://a/t/box/";

        plain(false).ready(new AgentOutput.Ready(service, base, base + "v1", TryOut.command(base, service)));

        assertThat(lines())
                .contains("Connected: Ollama 0.12.3 at http://127.0.0.1:11434 with the model it's-a:model.")
                .contains("http://a/t/box/v1\n")
                .contains("curl -N 'http://a/t/box/v1/chat/completions' -H \"Authorization: Bearer $CULVERT_API_KEY\"")
                .contains("'{\"model\":\"it'\\''s-a:model\",");
    }

    @Test
    void writesOneJsonObjectPerLine() {
        JsonOutput json = new JsonOutput(out, Clock.fixed(NOW, ZoneOffset.UTC));
        json.starting(ENTRY);
        json.listener("box").onLink(new LinkEvent.Retrying(1, Duration.ofMillis(300), "no \"route\""));
        json.listener("box").onRequest(request("/x?y", ForwardedRequest.End.COMPLETED));
        json.say(AgentOutput.Notice.CONFIG_REFUSED, "No.");
        json.ended(ENTRY, new AgentEnd(AgentEnd.Reason.KEY_REFUSED, ""));

        String start = "{\"time\":\"2026-11-22T10:15:30Z\",\"event\":";
        assertThat(lines().lines())
                .containsExactly(
                        start
                                + "\"starting\",\"tunnel\":\"box\",\"endpoint\":\"default\",\"address\":\"http://a/t/box/\","
                                + "\"target\":\"http://127.0.0.1:1\"}",
                        start + "\"retrying\",\"tunnel\":\"box\",\"connection\":1,"
                                + "\"reason\":\"no \\\"route\\\"\",\"waitMillis\":300}",
                        start + "\"request\",\"tunnel\":\"box\",\"method\":\"POST\",\"path\":\"/x?…\","
                                + "\"status\":200,\"durationMillis\":1500,\"bytesIn\":12,\"bytesOut\":1200000,"
                                + "\"end\":\"completed\"}",
                        start + "\"config-refused\",\"message\":\"No.\"}",
                        start + "\"ended\",\"tunnel\":\"box\",\"reason\":\"key_refused\","
                                + "\"message\":\"The API key is not accepted for tunnel 'box'.\"}");
    }

    private PlainOutput plain(boolean severalTunnels) {
        return new PlainOutput(out, ZoneOffset.UTC, severalTunnels);
    }

    private static ForwardedRequest request(String path, ForwardedRequest.End end) {
        return new ForwardedRequest(NOW, "POST", path, 200, Duration.ofMillis(1500), 12, 1_200_000, end);
    }

    private String lines() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
