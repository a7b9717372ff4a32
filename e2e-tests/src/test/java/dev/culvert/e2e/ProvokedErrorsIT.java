package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Every failure an outsider can provoke has the common body with its code (X-2, R1.4, R1.3, R2.1a, R2.5). */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class ProvokedErrorsIT {
    private Person person;

    @BeforeEach
    void somebodyIsSignedIn(RunningSuite suite) throws Exception {
        person = SharedSuite.newPerson(suite);
    }

    @Test
    void malformedJson() throws Exception {
        assertProblem(send("POST", "/api/v1/tunnels", "{\"name\":"), 400, "MALFORMED_BODY");
    }

    @Test
    void everyFieldThatDoesNotFitIsNamed() throws Exception {
        var answer = person.anonymous("POST", "/api/v1/auth/register", Map.of("email", "not an address"));

        JsonNode problem = assertProblem(answer, 400, "VALIDATION_ERROR");
        assertThat(problem.get("errors").findValuesAsString("field")).contains("username", "email", "password");
    }

    @Test
    void unknownPath() throws Exception {
        assertProblem(person.get("/api/v1/nothing-here"), 404, "NOT_FOUND");
    }

    @Test
    void internalPathsAreNotReachable() throws Exception {
        assertProblem(send("POST", "/internal/api-keys/exchange", "{}"), 404, "NOT_FOUND");
    }

    @Test
    void wrongMethod() throws Exception {
        assertProblem(person.delete("/api/v1/users/profile"), 405, "METHOD_NOT_ALLOWED");
    }

    @Test
    void wrongMediaType() throws Exception {
        var answer = person.http()
                .send(
                        person.request("/api/v1/tunnels")
                                .header("Content-Type", "text/csv")
                                .POST(BodyPublishers.ofString("name"))
                                .build(),
                        BodyHandlers.ofString());

        assertProblem(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void noToken() throws Exception {
        assertProblem(person.anonymous("GET", "/api/v1/tunnels", null), 401, "AUTH_TOKEN_MISSING");
    }

    @Test
    void badToken(RunningSuite suite) throws Exception {
        var request = HttpRequest.newBuilder(suite.gateway().resolve("/api/v1/tunnels"))
                .header("Authorization", "Bearer " + person.accessToken() + "x")
                .build();

        assertProblem(person.http().send(request, BodyHandlers.ofString()), 401, "AUTH_TOKEN_INVALID");
    }

    @Test
    void wrongPassword() throws Exception {
        var answer = person.anonymous(
                "POST", "/api/v1/auth/login", Map.of("username", person.username(), "password", "Wrong-horse-9"));

        assertProblem(answer, 401, "AUTHENTICATION_FAILED");
    }

    @Test
    void foreignTunnelLooksLikeNone(RunningSuite suite) throws Exception {
        String id = SharedSuite.newPerson(suite).createTunnel("private");

        assertProblem(person.get("/api/v1/tunnels/" + id), 404, "TUNNEL_001");
        assertProblem(person.get("/t/private/"), 404, "TUNNEL_001");
    }

    @Test
    void agentOffline() throws Exception {
        person.createTunnel("lonely");

        assertProblem(person.get("/t/lonely/"), 503, "AGENT_OFFLINE");
    }

    @Test
    void localServiceDown(RunningSuite suite) throws Exception {
        person.createTunnel("dead");
        String key = person.createApiKey("tunnels:connect");
        try (Agent agent =
                Agent.start(AgentOptions.of(suite.gateway().toString(), "dead", "http://127.0.0.1:9", key))) {
            agent.awaitConnected(Duration.ofSeconds(30));

            assertProblem(person.get("/t/dead/"), 502, "TARGET_UNREACHABLE");
        }
    }

    @Test
    void bodyTooLarge() throws Exception {
        String elevenMegabytes = "{\"name\":\"" + "x".repeat(11 << 20) + "\"}";

        assertProblem(send("POST", "/api/v1/tunnels", elevenMegabytes), 413, "PAYLOAD_TOO_LARGE");
    }

    @Test
    void userWithoutTheRight() throws Exception {
        assertProblem(person.get("/api/v1/admin/audit-logs"), 403, "FORBIDDEN");
    }

    private HttpResponse<String> send(String method, String path, String json) throws Exception {
        return person.http()
                .send(
                        person.request(path)
                                .header("Content-Type", "application/json")
                                .method(method, BodyPublishers.ofString(json))
                                .build(),
                        BodyHandlers.ofString());
    }

    private static JsonNode assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).get().asString().startsWith("application/problem+json");
        JsonNode problem = Person.json(answer);
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("type").asString()).endsWith(code);
        assertThat(problem.at("/error/code").asString()).isEqualTo(code);
        assertThat(problem.get("requestId").asString())
                .isEqualTo(answer.headers().firstValue("X-Correlation-ID").orElseThrow());
        assertThat(problem.at("/error/correlationId").asString())
                .isEqualTo(problem.get("requestId").asString());
        assertThat(answer.body()).doesNotContain("Exception").doesNotContain("\tat ");
        return problem;
    }
}
