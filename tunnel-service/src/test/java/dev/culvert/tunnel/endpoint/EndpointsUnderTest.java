package dev.culvert.tunnel.endpoint;

import static dev.culvert.testing.TestingApi.json;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.tunnel.TunnelUnderTest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** A tunnel with several endpoints: real agents, each in front of a local service that says its name. */
final class EndpointsUnderTest implements AutoCloseable {
    final TunnelUnderTest tunnel;
    private final int dataPort;
    private final Map<String, TestingOrigin> origins = new HashMap<>();
    private final List<Agent> agents = new ArrayList<>();

    EndpointsUnderTest(TestingApi api, int dataPort) {
        this.tunnel = new TunnelUnderTest(api, dataPort);
        this.dataPort = dataPort;
    }

    UUID create(String name, int priority, int weight) {
        String body = "{\"name\": \"%s\", \"priority\": %d, \"weight\": %d}".formatted(name, priority, weight);
        return UUID.fromString(json(tunnel.api.post(tunnel.path + "/endpoints", body))
                .path("id")
                .asString());
    }

    void configure(int failoverTimeout, boolean autoFailback, int failbackDelay) {
        put("/failover/config", """
                {"healthCheckInterval": 1000, "failoverTimeout": %d, "enableAutoFailback": %b, "failbackDelay": %d}""".formatted(failoverTimeout, autoFailback, failbackDelay));
    }

    JsonNode put(String rest, String body) {
        return json(tunnel.api.send("PUT", tunnel.path + rest, body));
    }

    JsonNode post(String rest, String body) {
        return json(tunnel.api.post(tunnel.path + rest, body));
    }

    JsonNode get(String rest) {
        return json(tunnel.api.get(tunnel.path + rest));
    }

    TestingOrigin origin(String endpoint) {
        return origins.computeIfAbsent(
                endpoint,
                name -> TestingOrigin.start().onAnything(exchange -> {
                    String body = exchange.bodyText();
                    exchange.respond(200, "text/plain", name + (body.isEmpty() ? "" : " " + body));
                }));
    }

    /** An agent that is connected. */
    Agent agent(String endpoint) throws InterruptedException {
        Agent agent = Agent.start(AgentOptions.of(
                        "http://127.0.0.1:" + dataPort,
                        "ollama",
                        origin(endpoint).uri("").toString(),
                        TestingIssuer.shared().token(tunnel.api.caller()))
                .withEndpoint(endpoint));
        agents.add(agent);
        agent.awaitConnected(Duration.ofSeconds(30));
        return agent;
    }

    void awaitActive(String endpoint) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> get("/failover/status").at("/state/active").asString(""), endpoint::equals);
    }

    JsonNode endpoint(UUID id) {
        return get("/endpoints/" + id);
    }

    String send(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = tunnel.send(method, path, body);
        return answer.statusCode() + " " + answer.body();
    }

    /** The tunnel first: what it does when its agents go one by one would be counted in the next test. */
    @Override
    public void close() {
        tunnel.api.send("DELETE", tunnel.path, "");
        agents.forEach(Agent::kill);
        origins.values().forEach(TestingOrigin::close);
        tunnel.close();
    }
}
