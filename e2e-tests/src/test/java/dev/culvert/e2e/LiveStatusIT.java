package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requirement P2.4.1: whoever watches a tunnel sees each of its states as it comes. */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class LiveStatusIT {
    private static final String DATA = "data:";

    @Test
    void theOwnerSeesTheStatesOfATunnelAsItsAgentComesAndGoes(RunningSuite suite) throws Exception {
        Person owner = SharedSuite.newPerson(suite);
        String key = owner.createApiKey("tunnels:connect", "tunnels:use");
        HttpResponse<Stream<String>> live =
                owner.http().send(owner.request("/api/v1/live").build(), BodyHandlers.ofLines());
        assertThat(live.statusCode()).isEqualTo(200);
        try (LocalService service = new LocalService();
                Stream<String> lines = live.body()) {
            Iterator<String> arriving = lines.iterator();
            String id = owner.createTunnel("watched");

            Agent agent = Agent.start(AgentOptions.of(suite.gateway().toString(), "watched", service.url(), key));
            assertThat(next(arriving, id)).isEqualTo("connected");
            agent.close();
            assertThat(next(arriving, id)).isEqualTo("disconnected");
            assertThat(List.of(200, 202, 204))
                    .contains(owner.post("/api/v1/tunnels/" + id + "/start", Map.of())
                            .statusCode());
            assertThat(next(arriving, id)).isEqualTo("connecting");
        }
    }

    /** The next state of the tunnel; what else is told is passed over. */
    private static String next(Iterator<String> lines, String tunnel) {
        while (true) {
            String line = lines.next();
            if (line.startsWith(DATA)) {
                JsonNode data = JsonMapper.shared().readTree(line.substring(DATA.length()));
                if (tunnel.equals(data.path("tunnelId").asString()) && data.has("newStatus")) {
                    return data.get("newStatus").asString();
                }
            }
        }
    }
}
