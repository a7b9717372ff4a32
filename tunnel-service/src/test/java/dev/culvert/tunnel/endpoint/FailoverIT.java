package dev.culvert.tunnel.endpoint;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.contracts.event.EventType;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.PublishedEvents.Published;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.ingress.DataPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Endpoints of a tunnel fail and come back: service, agents and local services are real. */
class FailoverIT extends RunningTunnelService {
    private static final int REQUESTS = 50;
    private final Semaphore atOnce = new Semaphore(20);

    @Autowired
    private DataPort dataPort;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private EndpointsUnderTest under;

    @BeforeEach
    void create() {
        under = new EndpointsUnderTest(as(TestCallers.user()), dataPort.port());
        under.configure(30_000, true, 1_000);
        under.create("primary", 200, 1);
        under.create("backup", 100, 1);
    }

    @AfterEach
    void close() {
        under.close();
        threads.close();
    }

    private JsonNode lastSwitch() {
        return under.get("/failover/history").at("/items/0");
    }

    private Agent bothServe() throws InterruptedException {
        Agent primary = under.agent("primary");
        under.agent("backup");
        under.awaitActive("primary");
        assertThat(under.get("/failover/status").at("/state/failedOver").asBoolean())
                .isFalse();
        return primary;
    }

    private static List<String> answers(List<Future<String>> requests) throws Exception {
        List<String> answers = new ArrayList<>();
        for (Future<String> request : requests) {
            answers.add(request.get(30, TimeUnit.SECONDS));
        }
        return answers;
    }

    private List<String> targets(String endpoint, String prefix) {
        return under.origin(endpoint).requests().stream()
                .map(TestingOrigin.Request::target)
                .filter(target -> target.startsWith(prefix))
                .toList();
    }

    /** R4.4: the first of two endpoints stops, and traffic moves with no lost idempotent request. */
    @Test
    void losesNoIdempotentRequestWhenTheFirstEndpointStops() throws Exception {
        Agent primary = bothServe();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger backups = new AtomicInteger();
        List<Future<String>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(threads.submit(() -> {
                String answer = "";
                while (!over.get() && (answer.isEmpty() || answer.startsWith("200"))) {
                    answer = under.send("GET", "/work", "");
                    backups.addAndGet(answer.equals("200 backup") ? 1 : 0);
                }
                return answer;
            }));
        }
        await().until(() -> targets("primary", "/work").size() > 20);

        primary.kill();

        await().atMost(Duration.ofSeconds(30)).until(() -> backups.get() > 20);
        over.set(true);
        assertThat(answers(callers)).containsOnly("200 backup");
        under.awaitActive("backup");
    }

    /** P2.3.2: from the kill of the local service to the switch without any traffic, by health checks alone. */
    @Test
    void noticesWithinThirtySecondsThatTheLocalServiceIsGone() throws Exception {
        bothServe();
        Instant killed = Instant.now();
        under.origin("primary").close();

        under.awaitActive("backup");

        Instant switched = Instant.parse(lastSwitch().path("time").asString());
        assertThat(Duration.between(killed, switched)).isLessThan(Duration.ofSeconds(30));
        assertThat(lastSwitch().path("reason").asString()).isEqualTo("unhealthy");
    }

    /** P2.3.3: backups are used in the order of their priority. */
    @Test
    void takesTheFirstBackupThatIsThere() throws Exception {
        under.create("spare", 50, 1);
        Agent primary = bothServe();
        under.agent("spare");

        primary.kill();
        under.awaitActive("backup");
        assertThat(under.send("GET", "/", "")).isEqualTo("200 backup");

        under.origin("backup").close();
        assertThat(under.send("GET", "/", "")).isEqualTo("200 spare");
        under.awaitActive("spare");
    }

    /**
     * P2.3.4: 50 requests in flight at an endpoint that is lost are all answered, none twice. P2.3.9: the entry says from where,
     * to where, why, and how many had to move.
     */
    @Test
    void answersRequestsInFlightAtTheNextEndpoint() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        under.origin("primary").onAnything(exchange -> never.await(60, TimeUnit.SECONDS));
        under.origin("primary").on("/", exchange -> exchange.respond(200, "text/plain", ""));
        Agent primary = bothServe();
        List<Future<String>> inFlight = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            String path = "/flight/" + i;
            inFlight.add(threads.submit(() -> under.send("GET", path, "")));
        }
        await().until(() -> targets("primary", "/flight/").size() == REQUESTS);

        primary.kill();

        assertThat(answers(inFlight)).hasSize(REQUESTS).containsOnly("200 backup");
        assertThat(targets("backup", "/flight/")).hasSize(REQUESTS).doesNotHaveDuplicates();
        never.countDown();
        under.awaitActive("backup");
        JsonNode entry = lastSwitch();
        assertThat(entry.path("fromEndpoint").asString()).isEqualTo("primary");
        assertThat(entry.path("toEndpoint").asString()).isEqualTo("backup");
        assertThat(entry.path("reason").asString()).isEqualTo("agent_offline");
        assertThat(entry.path("replica").asString()).isEqualTo("replica-under-test");
        assertThat(entry.path("queueSize").isInt()).isTrue();
        assertThat(entry.path("queueSize").asInt())
                .as("those that were noticed before the switch, each once")
                .isBetween(0, REQUESTS);
    }

    /** P2.3.4: requests that came while nobody was there wait for the switch, with their bodies, and are sent once. */
    @Test
    void keepsRequestsUntilABackupComes() throws Exception {
        Agent primary = under.agent("primary");
        under.awaitActive("primary");
        primary.kill();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> under.tunnel
                                .api
                                .get(under.tunnel.path + "/failover/endpoint")
                                .statusCode()
                        == 503);
        List<Future<String>> waiting = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            String body = "job " + i;
            waiting.add(threads.submit(() -> under.send("POST", "/jobs", body)));
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> under.get("/status").at("/failover/queueSize").asInt() == REQUESTS);

        under.agent("backup");

        assertThat(answers(waiting))
                .hasSize(REQUESTS)
                .doesNotHaveDuplicates()
                .allMatch(answer -> answer.startsWith("200 backup job "));
        assertThat(targets("backup", "/jobs")).hasSize(REQUESTS);
        under.awaitActive("backup");
        assertThat(lastSwitch().path("queueSize").asInt()).isEqualTo(REQUESTS);
    }

    /** A request of which the local service saw nothing goes on, whatever its method; one that it may have seen does not. */
    @Test
    void repeatsOnlyWhatTheLocalServiceCannotHaveSeen() throws Exception {
        under.origin("primary").on("/order", exchange -> {
            exchange.bodyText();
            exchange.abort();
        });
        bothServe();

        assertThat(under.send("POST", "/order", "one book")).startsWith("502");
        assertThat(targets("backup", "/order")).isEmpty();
        assertThat(under.send("PUT", "/order", "one book")).isEqualTo("200 backup one book");

        under.origin("primary").close();
        assertThat(under.send("POST", "/order", "one book")).isEqualTo("200 backup one book");
    }

    /** P2.3.7: 3:1 weights give about 3:1 over 1,000 requests. */
    @Test
    void sharesRequestsByWeight() throws Exception {
        under.create("large", 900, 3);
        under.create("small", 900, 1);
        under.agent("large");
        under.agent("small");
        await().until(() -> under.get("/endpoints")
                        .path("items")
                        .valueStream()
                        .filter(endpoint -> endpoint.path("connections").asInt() > 0)
                        .count()
                == 2);

        List<Future<String>> requests = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            requests.add(threads.submit(() -> {
                atOnce.acquire();
                try {
                    return under.send("GET", "/", "");
                } finally {
                    atOnce.release();
                }
            }));
        }

        List<String> answers = answers(requests);
        assertThat(answers).containsOnly("200 large", "200 small");
        assertThat(answers.stream().filter("200 large"::equals).count()).isBetween(690L, 810L);
    }

    /** P2.3.10: the primary is used again when it has recovered, after the delay, and its status shows all of it. */
    @Test
    void goesBackToThePrimaryAfterTheDelay() throws Exception {
        under.configure(10_000, true, 3_000);
        bothServe().kill();
        under.awaitActive("backup");
        JsonNode state = under.get("/status").path("failover");
        assertThat(state.path("primary").asString()).isEqualTo("primary");
        assertThat(state.path("active").asString()).isEqualTo("backup");
        assertThat(state.path("failedOver").asBoolean()).isTrue();
        assertThat(state.path("reason").asString()).isEqualTo("agent_offline");
        assertThat(Instant.parse(state.path("switchedAt").asString())).isBefore(Instant.now());

        Instant restored = Instant.now();
        under.agent("primary");
        assertThat(under.send("GET", "/", "")).isEqualTo("200 backup");
        under.awaitActive("primary");

        assertThat(lastSwitch().path("reason").asString()).isEqualTo("recovered");
        assertThat(Instant.parse(lastSwitch().path("time").asString())).isAfter(restored.plusMillis(2_900));
        assertThat(under.send("GET", "/", "")).isEqualTo("200 primary");
    }

    /** P2.3.10: where going back is switched off, a person does it. */
    @Test
    void staysAtTheBackupWhereGoingBackIsSwitchedOff() throws Exception {
        under.configure(10_000, false, 0);
        bothServe().kill();
        under.awaitActive("backup");

        under.agent("primary");
        await().until(() ->
                under.get("/endpoints").at("/items/0/healthStatus").asString().equals("healthy"));

        assertThat(under.send("GET", "/", "")).isEqualTo("200 backup");
        assertThat(under.get("/failover/status").at("/state/active").asString()).isEqualTo("backup");
        String primary = under.get("/endpoints").at("/items/0/id").asString();
        under.post("/failover/manual", "{\"endpointId\": \"" + primary + "\"}");
        assertThat(under.send("GET", "/", "")).isEqualTo("200 primary");
        json(under.tunnel.api.send("DELETE", under.tunnel.path + "/failover/manual", ""));
        assertThat(under.send("GET", "/", "")).isEqualTo("200 primary");
    }

    /** The figures for operators as they are scraped, before and after real requests and a real switch. */
    @Test
    void countsRequestsAndTheSwitchWhereOperatorsLook() throws Exception {
        double switches = scraped("tunnel_failovers_total", "reason=\"agent_offline\"");
        double requests = scraped("tunnel_request_latency_count", "outcome=\"completed\"");
        Agent primary = bothServe();
        for (int i = 0; i < 10; i++) {
            assertThat(under.send("GET", "/", "")).isEqualTo("200 primary");
        }
        double pools = scraped("tunnel_connections_active");

        primary.kill();
        under.awaitActive("backup");
        assertThat(under.send("GET", "/", "")).isEqualTo("200 backup");

        await().untilAsserted(() -> assertThat(scraped("tunnel_request_latency_count", "outcome=\"completed\""))
                .isEqualTo(requests + 11));
        assertThat(scraped("tunnel_failovers_total", "reason=\"agent_offline\""))
                .isEqualTo(switches + 1);
        assertThat(scraped("tunnel_connections_active")).isLessThan(pools);
        assertThat(scraped("tunnel_connections{", "protocol=\"http/1.1\"")).isZero();
        assertThat(scraped("tunnel_pool_utilization")).isBetween(0.0, 1.0);
        assertThat(scraped("tunnel_cache_hit_rate")).isGreaterThan(0).isLessThan(1);
        assertThat(scraped("tunnel_loop_delay_seconds")).isNotNegative();
    }

    /** P2.14.10, the names: those of the requirement, and whatever an alert asks for; that it asks well: AlertRulesTest. */
    @Test
    void exposesWhatAlertsAskFor() throws IOException {
        String alerts = Files.readString(Path.of("../deploy/prometheus/alerts.yaml"));
        Stream<String> asked = alerts.lines()
                .filter(line -> line.strip().startsWith("expr:"))
                .flatMap(expression -> Pattern.compile("\\btunnel_\\w+")
                        .matcher(expression)
                        .results()
                        .map(MatchResult::group));
        Set<String> exposed = under.tunnel
                .api
                .get("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toSet());

        assertThat(asked)
                .hasSizeGreaterThan(1)
                .allSatisfy(metric -> assertThat(exposed).contains(metric));
        assertThat(exposed)
                .contains(
                        "tunnel_connections",
                        "tunnel_request_latency_count",
                        "tunnel_failovers_total",
                        "tunnel_pool_utilization",
                        "tunnel_cache_hit_rate");
    }

    /** Sum of the samples of a series that have these labels. */
    private double scraped(String series, String... labels) {
        List<String> samples = under.tunnel
                .api
                .get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series)
                        && Stream.of(labels).allMatch(line::contains)
                        && "{ ".indexOf(line.charAt(series.replace("{", "").length())) >= 0)
                .toList();
        assertThat(samples).as(series).isNotEmpty();
        return samples.stream()
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** The event's side of P2.3.8. */
    @Test
    void publishesTheSwitch() throws Exception {
        bothServe().kill();
        under.awaitActive("backup");

        Published event = PublishedEvents.first(EventType.TUNNEL_FAILED_OVER, under.tunnel.id);

        assertThat(event.data().path("name").asString()).isEqualTo("ollama");
        assertThat(event.data().path("fromEndpoint").asString()).isEqualTo("primary");
        assertThat(event.data().path("toEndpoint").asString()).isEqualTo("backup");
        assertThat(event.data().path("reason").asString()).isEqualTo("agent_offline");
        assertThat(under.get("/failover/history").path("total").asInt()).isEqualTo(1);
    }
}
