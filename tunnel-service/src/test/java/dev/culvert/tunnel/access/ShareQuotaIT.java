package dev.culvert.tunnel.access;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.TunnelUnderTest;
import dev.culvert.tunnel.ingress.DataPort;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.share.Neighbours;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** Quotas of shares and links, through a real agent. */
class ShareQuotaIT extends RunningTunnelService {
    private final TestCallers owner = TestCallers.user();
    private final TestCallers guest = TestCallers.user();
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch over = new CountDownLatch(1);
    private TunnelUnderTest tunnel;
    private Agent agent;

    @Autowired
    private DataPort dataPort;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @BeforeEach
    void connect() throws Exception {
        Neighbours.known(owner, "owner-" + owner.userId());
        Neighbours.known(guest, "guest-" + guest.userId());
        tunnel = new TunnelUnderTest(as(owner), dataPort.port());
        tunnel.origin.on("/ok", exchange -> exchange.respond(200, "text/plain", "0123456789"));
        tunnel.origin.on("/stream", exchange -> {
            try (var body = exchange.stream(200, "text/event-stream")) {
                body.send("data: %s\n\n".formatted("x".repeat(1_000)));
                over.await(30, TimeUnit.SECONDS);
            }
        });
        agent = tunnel.agent();
    }

    @AfterEach
    void close() {
        over.countDown();
        agent.kill();
        tunnel.close();
        client.close();
    }

    private UUID share(String quota) {
        HttpResponse<String> shared = tunnel.api.post(
                tunnel.path + "/shares",
                "{\"user\": \"%s\", \"permission\": \"viewer\", \"quota\": %s}".formatted(guest.userId(), quota));
        assertThat(shared.statusCode()).as(shared.body()).isEqualTo(201);
        return UUID.fromString(json(shared).path("id").asString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + dataPort.port() + "/t/" + tunnel.id + path));
    }

    private HttpRequest ofTheGuest(String path) {
        return request(path)
                .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(guest))
                .build();
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode shownToTheOwner() {
        return json(tunnel.api.get(tunnel.path + "/shares")).at("/items/0/quota");
    }

    private JsonNode shownToTheGuest() {
        return json(as(guest).get("/api/v1/tunnels/shared-with-me")).at("/items/0/quota");
    }

    private static Instant tomorrow() {
        return LocalDate.now(ZoneOffset.UTC).plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    /** What another replica does for a request it lets in. */
    private int onAnotherReplica(UUID share) {
        GrantQuotas quotas = new GrantQuotas(jdbc, Clock.systemUTC());
        try {
            TenantScope.runAsSystem(
                    "test", () -> transactions.executeWithoutResult(_ -> quotas.take(Grant.Kind.SHARE, share)));
            return 200;
        } catch (ProblemException refused) {
            return refused.code().status();
        }
    }

    @Test
    void letsExactlyAsManyRequestsInAsTheShareAllowsOnWhateverReplica() throws Exception {
        UUID share = share("{\"requestsPerDay\": 5}");
        List<Callable<Integer>> uses = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            uses.add(() -> send(ofTheGuest("/ok")).statusCode());
            uses.add(() -> onAnotherReplica(share));
        }

        List<Integer> statuses;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            statuses = threads.invokeAll(uses).stream().map(Future::resultNow).toList();
        }

        assertThat(statuses).filteredOn(status -> status == 200).hasSize(5);
        assertThat(statuses).filteredOn(status -> status == 429).hasSize(7);
        HttpResponse<String> refused = send(ofTheGuest("/ok"));
        ProblemAssert.assertThat(refused).isProblem(ProblemCode.QUOTA_EXCEEDED);
        assertThat(refused.body()).contains("5 requests a day", tomorrow().toString());
        assertThat(refused.headers().firstValue("X-RateLimit-Reset"))
                .hasValue(Long.toString(tomorrow().getEpochSecond()));
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 86_400L);
        assertThat(send(request("/ok")
                                .header(
                                        HeaderNames.CALLER_TOKEN,
                                        TestingIssuer.shared().token(owner))
                                .build())
                        .statusCode())
                .as("of the owner")
                .isEqualTo(200);
        for (JsonNode shown : List.of(shownToTheOwner(), shownToTheGuest())) {
            assertThat(shown.at("/limits/requestsPerDay").asLong()).isEqualTo(5);
            assertThat(shown.at("/day/requests").asLong()).isEqualTo(5);
            assertThat(shown.at("/month/requests").asLong()).isEqualTo(5);
            assertThat(shown.at("/day/resetsAt").asString())
                    .isEqualTo(tomorrow().toString());
        }
    }

    @Test
    void beginsAnewWithTheDayAndGoesOnWithTheMonth() throws Exception {
        UUID share = share("{\"requestsPerDay\": 1, \"requestsPerMonth\": 2}");
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(429);

        aDayLater(share);
        assertThat(shownToTheOwner().at("/day/requests").asLong()).isZero();
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        aDayLater(share);
        assertThat(send(ofTheGuest("/ok")).body()).contains("2 requests a month");

        TestingPostgres.shared()
                .execute("UPDATE tunnel.shares SET used_month = used_month - interval '1 month' WHERE id = '" + share
                        + "'");
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
    }

    /** The day is moved, not the clock. */
    private static void aDayLater(UUID share) {
        TestingPostgres.shared().execute("UPDATE tunnel.shares SET used_day = used_day - 1 WHERE id = '" + share + "'");
    }

    @Test
    void countsTheBytesOfBodiesAndCutsStreamsThatReachTheLimit() throws Exception {
        share("{\"bytesPerDay\": 1500}");
        for (int i = 0; i < 3; i++) {
            assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        }
        await().until(() -> shownToTheGuest().at("/day/bytes").asLong() == 30);
        InputStream first = stream();
        await().until(() -> shownToTheOwner().at("/day/bytes").asLong() > 1_000);

        InputStream second = stream();

        assertThatThrownBy(second::readAllBytes).isInstanceOf(IOException.class);
        assertThatThrownBy(first::readAllBytes).isInstanceOf(IOException.class);
        ProblemAssert.assertThat(send(ofTheGuest("/ok"))).isProblem(ProblemCode.QUOTA_EXCEEDED);
    }

    /** Fault 30: an event says so, and the end is not a clean one all the same. */
    @Test
    void cutsAStreamOfEventsWithOneThatSaysWhy() throws Exception {
        share("{\"bytesPerDay\": 1500}");
        InputStream first = stream();
        await().until(() -> shownToTheOwner().at("/day/bytes").asLong() > 1_000);
        InputStream second = stream();

        for (InputStream cut : List.of(first, second)) {
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            assertThatThrownBy(() -> cut.transferTo(received)).isInstanceOf(IOException.class);
            List<String> events =
                    List.of(received.toString(StandardCharsets.UTF_8).split("\n\n"));
            assertThat(events).hasSize(2);
            assertThat(events.getFirst()).startsWith("data: xxx");
            assertThat(events.getLast())
                    .startsWith("event: error\ndata: {")
                    .contains("\"SHARE_QUOTA_EXCEEDED\"", "allows no more bytes");
        }
    }

    private InputStream stream() throws Exception {
        return client.send(ofTheGuest("/stream"), HttpResponse.BodyHandlers.ofInputStream())
                .body();
    }

    @Test
    void countsNothingThatIsRefusedBeforeAnybodyIsAsked() throws Exception {
        share("{\"requestsPerDay\": 1}");
        tunnel.api.send(
                "PUT",
                tunnel.path + "/access",
                "{\"visibility\": \"shared\", \"allowedNetworks\": [\"203.0.113.0/24\"]}");
        ProblemAssert.assertThat(send(ofTheGuest("/ok"))).isProblem(ProblemCode.FORBIDDEN);
        tunnel.api.send("PUT", tunnel.path + "/access", "{\"visibility\": \"shared\"}");
        agent.kill();
        await().untilAsserted(
                        () -> ProblemAssert.assertThat(send(ofTheGuest("/ok"))).isProblem(ProblemCode.AGENT_OFFLINE));

        assertThat(shownToTheGuest().at("/day/requests").asLong()).isZero();
    }

    @Test
    void holdsFromTheNextRequestOnWhenItIsChanged() throws Exception {
        UUID share = share("{\"requestsPerDay\": 1}");
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(429);
        String permission = tunnel.path + "/shares/" + share + "/permission";

        tunnel.api.send("PUT", permission, "{\"permission\": \"viewer\", \"quota\": {\"requestsPerDay\": 2}}");
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(429);
        tunnel.api.send("PUT", permission, "{\"permission\": \"viewer\"}");

        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(tunnel.api.send(
                        "PUT", permission, "{\"permission\": \"viewer\", \"quota\": {\"bytesPerDay\": 0}}"))
                .isProblem(ProblemCode.VALIDATION_ERROR);
    }

    @Test
    void bindsLinksAndTheSharesThatAreMadeOfThem() throws Exception {
        JsonNode link = json(tunnel.api.post(tunnel.path + "/share-tokens", "{\"quota\": {\"requestsPerMonth\": 2}}"));
        String token = link.path("token").asString();

        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            statuses.add(
                    send(request("/ok").header("X-Share-Token", token).build()).statusCode());
        }

        assertThat(statuses).containsExactly(200, 200, 429);
        assertThat(json(tunnel.api.get(tunnel.path + "/share-tokens"))
                        .at("/items/0/quota/month/requests")
                        .asLong())
                .isEqualTo(2);
        as(guest).post("/api/v1/tunnels/share-tokens/redeem", "{\"token\": \"" + token + "\"}");
        assertThat(shownToTheGuest().at("/limits/requestsPerMonth").asLong()).isEqualTo(2);
    }

    /** An end or a quota would bind no administrator who could lift it by a link. */
    @Test
    void letsNobodyLiftTheirOwnShareByALinkOfTheirs() throws Exception {
        UUID share = share("{\"requestsPerDay\": 1}");
        tunnel.api.send(
                "PUT",
                tunnel.path + "/shares/" + share + "/permission",
                "{\"permission\": \"admin\", \"quota\": {\"requestsPerDay\": 1}}");
        String token = json(as(guest).post(tunnel.path + "/share-tokens", "{\"permission\": \"admin\"}"))
                .path("token")
                .asString();

        ProblemAssert.assertThat(
                        as(guest).post("/api/v1/tunnels/share-tokens/redeem", "{\"token\": \"" + token + "\"}"))
                .isProblem(ProblemCode.FORBIDDEN);
        assertThat(shownToTheGuest().at("/limits/requestsPerDay").asLong()).isEqualTo(1);
    }

    private JsonNode redeem(String link) {
        String token = json(tunnel.api.post(tunnel.path + "/share-tokens", link))
                .path("token")
                .asString();
        HttpResponse<String> redeemed =
                as(guest).post("/api/v1/tunnels/share-tokens/redeem", "{\"token\": \"" + token + "\"}");
        assertThat(redeemed.statusCode()).as(redeemed.body()).isEqualTo(200);
        return json(redeemed);
    }

    /** Whoever redeems a link loses nothing of what they had. */
    @Test
    void leavesAShareThatAllowsAsMuchAsTheLink() {
        share("{}");

        JsonNode share = redeem("{\"expiresInHours\": 1, \"quota\": {\"requestsPerDay\": 1}}");

        assertThat(share.has("expiresAt")).isFalse();
        assertThat(share.at("/quota/limits/requestsPerDay").isMissingNode()).isTrue();
    }

    @Test
    void keepsTheWiderQuotaOfTwoLinksOfOneRole() {
        redeem("{\"expiresInHours\": 1, \"quota\": {\"requestsPerDay\": 10}}");

        JsonNode narrower = redeem("{\"expiresInHours\": 2, \"quota\": {\"requestsPerDay\": 1}}");
        assertThat(narrower.at("/quota/limits/requestsPerDay").asLong()).isEqualTo(10);

        JsonNode wider = redeem("{\"expiresInHours\": 2, \"quota\": {\"requestsPerDay\": 20}}");
        assertThat(wider.at("/quota/limits/requestsPerDay").asLong()).isEqualTo(20);

        JsonNode better = redeem("{\"permission\": \"editor\", \"quota\": {\"requestsPerDay\": 2}}");
        assertThat(better.path("permission").asString()).isEqualTo("editor");
        assertThat(better.at("/quota/limits/requestsPerDay").asLong()).isEqualTo(2);
    }

    @Test
    void letsARequestThroughByAnotherShareWhenThatOfTheBetterRoleIsUsedUp() throws Exception {
        redeem("{\"permission\": \"editor\", \"quota\": {\"requestsPerDay\": 1}}");
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(send(ofTheGuest("/ok"))).isProblem(ProblemCode.QUOTA_EXCEEDED);

        HttpResponse<String> ofTheTeam = tunnel.api.post(
                tunnel.path + "/shares",
                "{\"team\": \"%s\", \"permission\": \"viewer\", \"quota\": {\"requestsPerDay\": 1}}"
                        .formatted(guest.tenantId()));
        assertThat(ofTheTeam.statusCode()).as(ofTheTeam.body()).isEqualTo(201);
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(send(ofTheGuest("/ok"))).isProblem(ProblemCode.QUOTA_EXCEEDED);

        tunnel.api.send("PUT", tunnel.path + "/access", "{\"visibility\": \"public\"}");
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
        assertThat(send(ofTheGuest("/ok")).statusCode()).isEqualTo(200);
    }
}
