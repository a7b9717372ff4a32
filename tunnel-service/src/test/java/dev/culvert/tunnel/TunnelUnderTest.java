package dev.culvert.tunnel;

import static dev.culvert.testing.TestingApi.json;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingOrigin;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;

/** A tunnel of somebody new, with a local service and, once asked for, an agent in front of it. */
public final class TunnelUnderTest implements AutoCloseable {
    public final UUID id;
    public final String path;
    public final TestingApi api;
    public final TestingOrigin origin = TestingOrigin.start();
    private final HttpClient client = HttpClient.newHttpClient();
    private final int dataPort;

    public TunnelUnderTest(TestingApi api, int dataPort) {
        this.api = api;
        this.dataPort = dataPort;
        this.id = UUID.fromString(json(api.post("/api/v1/tunnels", "{\"name\": \"ollama\"}"))
                .path("id")
                .asString());
        this.path = "/api/v1/tunnels/" + id;
    }

    /** An agent that is connected; the caller closes it. */
    public Agent agent() throws InterruptedException {
        return agentTo(origin.uri("").toString());
    }

    public Agent agentTo(String target) throws InterruptedException {
        Agent agent = Agent.start(AgentOptions.of(
                "http://127.0.0.1:" + dataPort,
                "ollama",
                target,
                TestingIssuer.shared().token(api.caller())));
        agent.awaitConnected(Duration.ofSeconds(30));
        return agent;
    }

    /** A request through the tunnel, by its owner. */
    public HttpResponse<String> send(String method, String target, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + dataPort + "/t/ollama" + target))
                .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(api.caller()))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        origin.close();
        client.close();
    }
}
