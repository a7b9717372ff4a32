package dev.culvert.platform.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.sample.SampleClient;
import dev.culvert.platform.sample.SampleClient.Answer;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A WebFlux service fails, counts and correlates like a servlet one: R1.4, R1.5, R1.5a, R8.1, R8.2. */
@SpringBootTest(
        classes = ReactiveSampleApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "spring.main.web-application-type=reactive")
class ReactiveServiceTest {

    @LocalServerPort
    int port;

    SampleClient client;

    @BeforeEach
    void connect() {
        client = new SampleClient(port);
    }

    @Test
    void answersFailuresInTheCommonBody() {
        assertProblem(client.get("/things/0"), ProblemCode.TUNNEL_001);
        assertProblem(client.get("/nowhere"), ProblemCode.NOT_FOUND);
        assertProblem(client.get("/things/abc"), ProblemCode.VALIDATION_ERROR);
        assertProblem(client.postJson("/things", "{\"name\": "), ProblemCode.VALIDATION_ERROR);
        assertProblem(
                client.send("POST", "/things", "<a/>", "Content-Type", "application/xml"),
                ProblemCode.UNSUPPORTED_MEDIA_TYPE);
        assertProblem(client.get("/crash"), ProblemCode.INTERNAL_ERROR);
        assertProblem(client.get("/down"), ProblemCode.REQUEST_TIMEOUT);
    }

    @Test
    void namesRefusedFields() {
        Answer answer = client.postJson("/things", "{\"name\": \" \"}");

        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
        assertThat(answer.<String>json("$.error.details.field")).isEqualTo("name");
    }

    @Test
    void saysWhichMethodsThereAre() {
        Answer answer = client.send("DELETE", "/things", "");

        assertProblem(answer, ProblemCode.METHOD_NOT_ALLOWED);
        assertThat(answer.header("Allow")).isEqualTo("POST");
    }

    @Test
    void hidesWhatWentWrongInside() {
        assertThat(client.get("/crash").body()).doesNotContain("secret");
        assertThat(client.get("/down").body()).doesNotContain("secret");
    }

    @Test
    void handsTheCorrelationIdOn() {
        Answer sent = client.get("/things/1", "X-Correlation-ID", "case-7");
        Answer minted = client.get("/things/1");

        assertThat(sent.body()).isEqualTo("case-7");
        assertThat(sent.header("X-Correlation-ID")).isEqualTo("case-7");
        assertThat(UUID.fromString(minted.header("X-Correlation-ID"))).hasToString(minted.body());
    }

    @Test
    void measuresAndTellsTimes() {
        client.get("/things/1");
        Answer failed = client.get("/crash");

        assertThat(Double.parseDouble(failed.header("X-Process-Time"))).isPositive();
        assertThat(client.get("/metrics").body())
                .contains(
                        "http_requests_total{endpoint=\"/things/{id}\",method=\"GET\",route=\"/things/{id}\",status=\"200\"")
                .contains("route=\"/crash\",status=\"500\"")
                .contains("http_requests_in_progress 1.0");
    }

    @Test
    void tellsItsHealth() {
        for (String path : new String[] {"/health", "/health/live", "/health/ready", "/ready"}) {
            assertThat(client.get(path).<String>json("$.status")).as(path).isEqualTo("UP");
        }
    }

    private static void assertProblem(Answer answer, ProblemCode code) {
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
        assertThat(answer.status()).isEqualTo(code.status());
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.<String>json("$.requestId")).isEqualTo(answer.header("X-Correlation-ID"));
    }
}
