package dev.culvert.platform.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import dev.culvert.platform.sample.SampleApplication;
import dev.culvert.platform.sample.SampleClient;
import dev.culvert.platform.sample.SampleClient.Answer;
import dev.culvert.platform.sample.SampleIssuer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What a service tells about its requests: R1.5 (one service), R1.5a, R8.1, R8.2, R8.3, D9, S1.31 (without sizes), S1.40, S4.41. */
@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(
        classes = SampleApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "spring.application.name=sample-service")
class RequestsTest {
    private static final String THINGS = "/api/v1/things";
    private static final SampleIssuer issuer = SampleIssuer.shared();

    @LocalServerPort
    int port;

    SampleClient client;

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry properties) {
        properties.add("PUBLIC_URL", () -> SampleIssuer.ISSUER);
        properties.add("AUTH_JWKS_URL", issuer::jwksUrl);
    }

    @BeforeEach
    void connect() {
        client = new SampleClient(port);
    }

    @Test
    void returnsTheCorrelationIdThatWasSent() {
        assertThat(client.get(THINGS + "/pages", "X-Correlation-ID", "order:17_a.b-c")
                        .header("X-Correlation-ID"))
                .isEqualTo("order:17_a.b-c");
    }

    @Test
    void mintsACorrelationIdInPlaceOfNoneOrAnUnsafeOne() {
        for (String sent : List.of("", "a b", "<script>", "{\"a\":1}", "x".repeat(129))) {
            String returned =
                    client.get(THINGS + "/pages", "X-Correlation-ID", sent).header("X-Correlation-ID");

            assertThat(UUID.fromString(returned)).hasToString(returned);
        }
    }

    @Test
    void tellsItsProcessingTime() {
        for (String path : List.of("/pages", "/slow", "/crash", "/me", "/nowhere")) {
            Answer answer = client.get(THINGS + path);

            assertThat(Double.parseDouble(answer.header("X-Process-Time")))
                    .as(path)
                    .isPositive();
            assertThat(Double.parseDouble(answer.header("X-Response-Time")))
                    .as(path)
                    .isPositive();
        }
    }

    @Test
    void countsRequestsByTemplateAndStatus() {
        String series = "http_requests_total{endpoint=\"/api/v1/things/{thingId}\",method=\"GET\","
                + "route=\"/api/v1/things/{thingId}\",status=\"404\",status_code=\"404\"}";
        double before = metric(series).orElse(0.0);

        for (int i = 0; i < 10; i++) {
            client.get(THINGS + "/" + UUID.randomUUID());
        }

        assertThat(metric(series)).contains(before + 10);
        assertThat(metric(series.replace("http_requests_total", "http_request_duration_seconds_count")))
                .contains(before + 10);
        assertThat(metric("http_request_errors_total{error_type=\"not_found\",method=\"GET\","
                        + "route=\"/api/v1/things/{thingId}\"}"))
                .contains(before + 10);
        assertThat(metric("http_requests_in_progress")).contains(1.0);
    }

    @Test
    void countsInventedPathsAndMethodsTogether() {
        client.get("/invented/" + UUID.randomUUID());
        client.send("BREW", THINGS, "");

        assertThat(metrics()).contains("route=\"unknown\"").contains("method=\"OTHER\"");
        assertThat(metrics()).doesNotContain("/invented").doesNotContain("BREW");
    }

    @Test
    void offersFourteenBuckets() {
        client.get(THINGS + "/pages");

        List<String> edges = metrics()
                .lines()
                .filter(line -> line.startsWith("http_request_duration_seconds_bucket")
                        && line.contains("route=\"/api/v1/things/pages\"")
                        && line.contains("status=\"200\""))
                .map(line -> line.replaceAll(".*le=\"([^\"]*)\".*", "$1"))
                .toList();

        assertThat(edges).hasSize(15).endsWith("+Inf");
        assertThat(edges).contains("0.05", "0.1", "0.2", "0.5", "1.0", "2.0", "5.0", "10.0");
    }

    @Test
    void logsEachRequestInOneJsonLine(CapturedOutput output) {
        client.get(
                THINGS + "/me",
                "X-Correlation-ID",
                "log-1",
                "Authorization",
                "Bearer " + issuer.token(),
                "traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        String line = awaitLine(output, "log-1");

        assertThat(JsonPath.<String>read(line, "$.timestamp")).matches("\\d{4}-.*T.*\\.\\d{3}Z");
        assertThat(JsonPath.<String>read(line, "$.level")).isEqualTo("INFO");
        assertThat(JsonPath.<String>read(line, "$.service")).isEqualTo("sample-service");
        assertThat(JsonPath.<String>read(line, "$.component")).startsWith("dev.culvert");
        assertThat(JsonPath.<String>read(line, "$.message")).isEqualTo("Request answered");
        assertThat(JsonPath.<String>read(line, "$.correlation_id")).isEqualTo("log-1");
        assertThat(JsonPath.<String>read(line, "$.trace_id")).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(JsonPath.<String>read(line, "$.span_id")).hasSize(16);
        assertThat(JsonPath.<String>read(line, "$.context.method")).isEqualTo("GET");
        assertThat(JsonPath.<String>read(line, "$.context.path")).isEqualTo(THINGS + "/me");
        assertThat(JsonPath.<String>read(line, "$.context.endpoint")).isEqualTo(THINGS + "/me");
        assertThat(JsonPath.<Integer>read(line, "$.context.status_code")).isEqualTo(200);
        assertThat(JsonPath.<Double>read(line, "$.context.duration_ms")).isPositive();
        assertThat(JsonPath.<String>read(line, "$.context.user_id")).isEqualTo(SampleIssuer.USER.toString());
        assertThat(JsonPath.<String>read(line, "$.context.tenant_id")).isEqualTo(SampleIssuer.TENANT.toString());
    }

    @Test
    void logsOurFaultsOnceWithTheirTrace(CapturedOutput output) {
        client.get(THINGS + "/crash", "X-Correlation-ID", "log-2");
        awaitLine(output, "log-2");

        List<String> errors = lines(output, "log-2").stream()
                .filter(line -> line.contains("\"level\":\"ERROR\""))
                .toList();

        assertThat(errors).hasSize(1); // R7.5 (once, with trace and ids)
        assertThat(JsonPath.<String>read(errors.getFirst(), "$.exception"))
                .contains("IllegalStateException")
                .contains("SampleController.crash");
    }

    @Test
    void warnsOfSlowRequests(CapturedOutput output) {
        client.get(THINGS + "/slow", "X-Correlation-ID", "log-3");

        String line = awaitLine(output, "log-3");

        assertThat(JsonPath.<String>read(line, "$.level")).isEqualTo("WARN");
        assertThat(JsonPath.<Double>read(line, "$.context.duration_ms")).isGreaterThan(1000);
        assertThat(JsonPath.<String>read(line, "$.context.endpoint")).isEqualTo(THINGS + "/slow");
    }

    @Test
    void tellsItsHealth() {
        assertThat(client.get("/health").<String>json("$.status")).isEqualTo("UP");
        assertThat(client.get("/health/live").<String>json("$.status")).isEqualTo("UP");
        assertThat(client.get("/ready").<String>json("$.components.readinessState.status"))
                .isEqualTo("UP");
    }

    private String awaitLine(CapturedOutput output, String id) {
        return await().until(
                        () -> lines(output, id).stream()
                                .filter(line -> line.contains("Request answered"))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static List<String> lines(CapturedOutput output, String id) {
        return output.getOut()
                .lines()
                .filter(line -> line.contains("\"correlation_id\":\"" + id + "\""))
                .toList();
    }

    private String metrics() {
        return client.get("/metrics").body();
    }

    private Optional<Double> metric(String series) {
        return metrics()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst();
    }
}
