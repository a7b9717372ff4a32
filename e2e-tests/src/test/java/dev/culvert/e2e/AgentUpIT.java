package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.OriginExchange;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code culvert agent} as a process of its own, against the whole suite. */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class AgentUpIT {
    private static final String MODELS =
            "{\"object\":\"list\",\"data\":[{\"id\":\"tiny\",\"object\":\"model\",\"owned_by\":\"me\"}]}";

    private static URI gateway;
    private static Person person;
    private static String key;

    private final TestingOrigin model = TestingOrigin.start().on("/v1/models", AgentUpIT::answer);
    private final List<Process> processes = new ArrayList<>();

    private static void answer(OriginExchange exchange) throws IOException {
        exchange.respond(200, "application/json", MODELS);
    }

    @BeforeAll
    static void makeKey(RunningSuite suite) throws Exception {
        gateway = suite.gateway();
        person = SharedSuite.newPerson(suite);
        key = person.createApiKey("tunnels:write", "tunnels:connect", "tunnels:use");
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroy);
        model.close();
    }

    @Test
    void aModelServerGetsAnAddressThatWorks() throws Exception {
        Process agent = agent(key, "up", "--to", "http://127.0.0.1:" + model.port(), "--json");

        JsonNode ready = event(agent, "ready");

        assertThat(ready.path("profile").asString()).isEqualTo("openai");
        assertThat(ready.path("models").get(0).asString()).isEqualTo("tiny");
        HttpResponse<String> answer = person.http()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create(ready.path("openAiBase").asString() + "/models"))
                                .header("Authorization", "Bearer " + key)
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo(MODELS);
    }

    @Test
    void theSecondStartUsesTheTunnelOfTheFirst() throws Exception {
        String target = "http://127.0.0.1:" + model.port();
        Process first = agent(key, "up", "--to", target, "--tunnel", "again", "--json");
        assertThat(event(first, "tunnel").path("message").asString()).startsWith("Made");
        first.destroy();
        assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();

        Process second = agent(key, "up", "--to", target, "--tunnel", "again", "--json");

        assertThat(event(second, "tunnel").path("message").asString()).startsWith("Using");
        event(second, "ready");
    }

    @Test
    void aKeyThatIsNoneEndsWithItsExitCodeAndIsNotShown() throws Exception {
        Process agent = agent("cvt_live_wrong", "up", "--to", "http://127.0.0.1:" + model.port());

        assertThat(agent.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(agent.exitValue()).isEqualTo(3);
        assertThat(new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("The API key is not accepted")
                .doesNotContain("cvt_live_wrong");
    }

    @Test
    void theDoctorFindsNothingWrongWithAWorkingAgentsSurroundings() throws Exception {
        Process doctor = agent(key, "doctor", "--to", "http://127.0.0.1:" + model.port(), "--json");

        List<JsonNode> findings = new String(doctor.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(doctor.waitFor()).isZero();
        assertThat(findings)
                .extracting(finding -> finding.path("check").asString())
                .containsExactly(
                        "target", "dns", "proxy", "tcp", "tls", "server", "clock", "key", "scopes", "websocket");
        assertThat(findings)
                .extracting(finding -> finding.path("state").asString())
                .doesNotContain("failed", "skipped");
    }

    /** The key goes through the environment, as the address does. */
    private Process agent(String withKey, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of("").toAbsolutePath().getParent().resolve("culvert").toString(), "agent"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("CULVERT_API_KEY", withKey);
        builder.environment().put("CULVERT_SERVER", gateway.toString().replaceFirst("/$", ""));
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** The next event of a kind; fails with what was said instead. */
    private static JsonNode event(Process agent, String name) throws IOException {
        BufferedReader lines = agent.inputReader(StandardCharsets.UTF_8);
        var heard = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            heard.append(line).append('\n');
            if (line.contains("\"event\":\"" + name + "\"")) {
                return JsonMapper.shared().readTree(line);
            }
        }
        throw new AssertionError("The agent ended without '" + name + "': " + heard);
    }
}
