package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Requirement P2.14.9: a gateway that listens at an IPv6 address alone, to which both the agent and the caller come. */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class OverIpv6IT {
    private static final String LOOPBACK = "::1";
    private static final Path LOGS = Path.of("target", "ipv6");

    @Test
    void agentsAndCallersComeByIpv6(RunningSuite running) throws Exception {
        assumeTrue(hasIpv6(), "This machine has no IPv6");
        var suite = new BesideTheSuite(running, LOGS);
        int port = LocalPorts.free();
        URI address = URI.create("http://[" + LOOPBACK + "]:" + port);
        Person owner = SharedSuite.newPerson(running);
        String key = owner.createApiKey("tunnels:connect", "tunnels:use");
        owner.createTunnel("by-six");
        Map<String, String> environment = suite.environment();
        environment.put("BIND_ADDRESS", LOOPBACK);
        environment.put("PORT", String.valueOf(port));
        environment.put(
                "USAGE_SPOOL_DIR", LOGS.resolve("spool").toAbsolutePath().toString());
        Process gateway = suite.start(
                "gateway-service",
                environment,
                "gateway",
                argument -> argument.replace("preferIPv4Stack=true", "preferIPv4Stack=false"));
        try (LocalService service = new LocalService()) {
            suite.awaitReady(address, gateway);
            try (Agent agent = Agent.start(AgentOptions.of(address.toString(), "by-six", service.url(), key))) {
                await().atMost(Duration.ofSeconds(30)).until(() -> agent.connectionsUp() > 0);

                HttpResponse<String> answer = owner.http()
                        .send(
                                HttpRequest.newBuilder(SharedSuite.tunnel(address, "by-six", "/hello"))
                                        .header("Authorization", "Bearer " + key)
                                        .build(),
                                BodyHandlers.ofString());

                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("hello");
            }
        } finally {
            gateway.destroyForcibly().waitFor();
        }
    }

    private static boolean hasIpv6() {
        try (var _ = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
