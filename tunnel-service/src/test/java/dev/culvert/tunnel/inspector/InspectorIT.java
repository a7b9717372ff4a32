package dev.culvert.tunnel.inspector;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.testing.OriginExchange;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.TunnelUnderTest;
import dev.culvert.tunnel.ingress.DataPort;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** Architecture §6: the last requests with redacted headers, bodies up to a budget, live, and sent again. */
class InspectorIT extends RunningTunnelService {
    @Autowired
    private DataPort dataPort;

    @Autowired
    private StoredSettings settings;

    @Autowired
    private InspectorProperties properties;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    private TunnelUnderTest tunnel;
    private Agent agent;

    @BeforeEach
    void connect() throws Exception {
        tunnel = new TunnelUnderTest(as(TestCallers.user()), dataPort.port());
        agent = tunnel.agent();
        tunnel.origin.on(
                "/v1/echo",
                exchange -> exchange.respond(
                        201,
                        Map.of("Content-Type", "application/json", "Set-Cookie", "sid=crumbs"),
                        ("{\"said\":" + exchange.bodyText() + "}").getBytes(StandardCharsets.UTF_8)));
    }

    @AfterEach
    void close() {
        agent.close();
        tunnel.close();
    }

    private void keepBodies() {
        tunnel.api.send("PUT", tunnel.path + "/inspector", "{\"enabled\": true, \"bodies\": true}");
    }

    private JsonNode read(String rest) {
        return json(tunnel.api.get(tunnel.path + rest));
    }

    private JsonNode captured(int number) {
        return await().until(() -> read("/requests").path("items"), items -> items.size() >= number);
    }

    private HttpResponse<String> say(String body) throws Exception {
        return tunnel.send(
                "POST",
                "/v1/echo?token=hush&model=llama",
                body,
                "Content-Type",
                "application/json",
                "Authorization",
                "Bearer of-the-local-service",
                "Cookie",
                "a=b",
                "X-Trace",
                "seen");
    }

    @Test
    void keepsMetadataWithoutBodiesAndSecretsUnlessToldOtherwise() throws Exception {
        say("\"hello\"");

        JsonNode summary = captured(1).get(0);
        assertThat(summary.path("path").asString()).isEqualTo("/v1/echo?token=[redacted]&model=llama");
        assertThat(summary.path("status").asInt()).isEqualTo(201);
        assertThat(summary.path("outcome").asString()).isEqualTo("completed");
        String detail = tunnel.api
                .get(tunnel.path + "/requests/" + summary.path("id").asString())
                .body();
        assertThat(detail)
                .contains("X-Trace", "seen")
                .doesNotContain("of-the-local-service", "a=b", "crumbs", "hush", "hello");
        assertThat(read("/inspector").path("bodies").asBoolean()).isFalse();
    }

    @Test
    void keepsBodiesWithTheTimesOfTheirPiecesWhenTheOwnerWants() throws Exception {
        keepBodies();
        tunnel.origin.on("/v1/stream", exchange -> {
            try (OriginExchange.Chunks answer = exchange.stream(200, "text/event-stream")) {
                answer.send("data: one\n\n");
                answer.send("data: two\n\n");
            }
        });

        say("\"hello\"");
        tunnel.send("GET", "/v1/stream", "");

        JsonNode items = captured(2);
        JsonNode stream = read("/requests/" + items.get(0).path("id").asString());
        assertThat(stream.at("/responseBody/text").asString()).isEqualTo("data: one\n\ndata: two\n\n");
        assertThat(stream.at("/timeline/0/direction").asString()).isEqualTo("out");
        assertThat(stream.at("/hops/answer").asDouble()).isPositive();
        JsonNode echo = read("/requests/" + items.get(1).path("id").asString());
        assertThat(echo.at("/requestBody/text").asString()).isEqualTo("\"hello\"");
        assertThat(echo.at("/responseBody/text").asString()).isEqualTo("{\"said\":\"hello\"}");
        assertThat(echo.path("replayable").asBoolean()).isTrue();
    }

    @Test
    void sendsARequestAgainWithTheSameChecks() throws Exception {
        keepBodies();
        say("\"once more\"");
        String id = captured(1).get(0).path("id").asString();

        JsonNode again = json(tunnel.api.post(
                tunnel.path + "/requests/" + id + "/replay", "{\"headers\": {\"Authorization\": \"Bearer anew\"}}"));

        assertThat(again.path("status").asInt()).isEqualTo(201);
        assertThat(again.at("/body/text").asString()).isEqualTo("{\"said\":\"once more\"}");
        assertThat(again.path("sameStatus").asBoolean()).isTrue();
        assertThat(again.path("sameBody").asBoolean()).isTrue();
        assertThat(captured(2).get(0).path("correlationId").asString())
                .isEqualTo(again.path("correlationId").asString());
        var seen = tunnel.origin.requests();
        assertThat(seen).hasSize(2);
        assertThat(seen.get(1).target()).isEqualTo("/v1/echo?token=hush&model=llama");
        assertThat(seen.get(1).header("authorization")).isEqualTo("Bearer anew");
        assertThat(seen.get(1).header("x-trace")).isEqualTo("seen");

        // A stopped tunnel lets nothing through, also not what once was let through.
        tunnel.api.post(tunnel.path + "/stop", "");
        JsonNode refused = json(tunnel.api.post(tunnel.path + "/requests/" + id + "/replay", ""));
        assertThat(refused.path("status").asInt()).isEqualTo(503);
        ProblemAssert.assertThat(as(tunnel.api.caller().withScopes("tunnels:read", "tunnels:write"))
                        .post(tunnel.path + "/requests/" + id + "/replay", ""))
                .isProblem(ProblemCode.FORBIDDEN);
    }

    @Test
    void doesNotSendAgainWhatItDidNotKeepWhole() throws Exception {
        say("\"without bodies\"");
        String id = captured(1).get(0).path("id").asString();

        ProblemAssert.assertThat(tunnel.api.post(tunnel.path + "/requests/" + id + "/replay", ""))
                .isProblem(ProblemCode.CONFLICT_STATE);
    }

    @Test
    void keepsNothingWhereTheOwnerWantsNothing() throws Exception {
        say("\"a\"");
        captured(1);

        tunnel.api.send("PUT", tunnel.path + "/inspector", "{\"enabled\": false, \"bodies\": false}");
        say("\"b\"");
        assertThat(read("/requests").path("items")).isEmpty();

        // Requests are kept in the order in which they end: were one of them kept, it would be there with the last.
        tunnel.api.send("PUT", tunnel.path + "/inspector", "{\"enabled\": true, \"bodies\": false}");
        tunnel.send("GET", "/v1/last", "");
        assertThat(captured(1).valueStream().map(request -> request.path("path").asString()))
                .containsExactly("/v1/last");
    }

    @Test
    void forgetsOnEveryReplicaWhatItKeptUntilThen() throws Exception {
        say("\"a\"");
        captured(1);
        StoredSettings elsewhere = new StoredSettings(jdbc, transactions, properties);

        asAnotherReplica(() -> elsewhere.clear(tunnel.id, tunnel.api.caller().tenantId()));
        await().until(() -> read("/requests").path("items").isEmpty());

        say("\"b\"");
        captured(1);
        settings.refresh();
        assertThat(read("/requests").path("items")).as("kept after that").hasSize(1);

        asAnotherReplica(
                () -> elsewhere.store(tunnel.id, tunnel.api.caller().tenantId(), new InspectorSettings(false, false)));
        await().until(() -> read("/requests").path("items").isEmpty());
    }

    private void asAnotherReplica(Runnable change) {
        TenantScope.runAsSystem("test", () -> transactions.executeWithoutResult(_ -> change.run()));
    }

    @Test
    void showsRequestsLive() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest watch = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + tunnel.api.port() + tunnel.path + "/events"))
                    .header("Authorization", "Bearer " + TestingIssuer.shared().token(tunnel.api.caller()))
                    .build();
            HttpResponse<InputStream> stream = client.send(watch, BodyHandlers.ofInputStream());
            assertThat(stream.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/event-stream");
            try (var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
                assertThat(lines.readLine()).startsWith(":");
                say("\"live\"");

                List<String> types = lines.lines()
                        .filter(line -> line.startsWith("event: "))
                        .map(line -> line.substring(7))
                        .takeWhile(type -> !type.equals("end"))
                        .toList();

                assertThat(types).startsWith("request", "opened").contains("chunk", "answer");
            }
            client.shutdownNow();
        }
    }

    @Test
    void exportsForBrowsersToolsAndSpreadsheets() throws Exception {
        keepBodies();
        say("\"=1+1\"");
        captured(1);

        JsonNode entry = read("/requests/archive").at("/log/entries/0");
        assertThat(entry.at("/request/method").asString()).isEqualTo("POST");
        assertThat(entry.at("/request/postData/text").asString()).isEqualTo("\"=1+1\"");
        assertThat(entry.at("/response/status").asInt()).isEqualTo(201);
        assertThat(entry.at("/request/url").asString()).startsWith("http://").contains("/t/ollama/v1/echo?");
        HttpResponse<String> table = tunnel.api.get(tunnel.path + "/requests/table");
        assertThat(table.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
        assertThat(table.body().split("\r\n", -1)).hasSize(3);
        assertThat(table.body()).contains("POST,/v1/echo?token=[redacted]&model=llama,http/1.1,201,completed,");
    }

    @Test
    void hidesEverythingFromStrangers() throws Exception {
        keepBodies();
        say("\"mine\"");
        String id = captured(1).get(0).path("id").asString();
        TestingApi stranger = as(TestCallers.user());
        TestingApi neighbour =
                as(TestCallers.user().withTenantId(tunnel.api.caller().tenantId()));
        TunnelUnderTest other = new TunnelUnderTest(stranger, dataPort.port());

        for (TestingApi foreign : List.of(stranger, neighbour)) {
            for (String rest : List.of(
                    "/inspector", "/requests", "/requests/" + id, "/requests/archive", "/requests/table", "/events")) {
                assertThat(foreign.get(tunnel.path + rest).statusCode())
                        .as(rest)
                        .isEqualTo(404);
            }
            assertThat(foreign.post(tunnel.path + "/requests/" + id + "/replay", "")
                            .statusCode())
                    .isEqualTo(404);
        }
        assertThat(stranger.get(other.path + "/requests/" + id).statusCode())
                .as("by way of an own tunnel")
                .isEqualTo(404);
        other.close();
    }
}
