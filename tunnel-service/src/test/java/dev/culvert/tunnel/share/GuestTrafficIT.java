package dev.culvert.tunnel.share;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareRevoked;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.ingress.DataPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** Guests at the data port, through a real agent: who gets in, how often, from where, and how they are cut. */
class GuestTrafficIT extends RunningTunnelService {
    private static final String TUNNELS = "/api/v1/tunnels";

    private final TestCallers owner = TestCallers.user();
    private final TestCallers guest = TestCallers.user();
    private final TestingOrigin origin = TestingOrigin.start();
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch over = new CountDownLatch(1);
    private String id = "";
    private Agent agent;

    @Autowired
    private DataPort dataPort;

    @Autowired
    private Outbox outbox;

    @Autowired
    private TransactionOperations transactions;

    @BeforeEach
    void connect() throws Exception {
        Neighbours.known(owner, "owner-" + owner.userId());
        Neighbours.known(guest, "guest-" + guest.userId());
        id = json(as(owner).post(TUNNELS, "{\"name\": \"ollama\"}")).path("id").asString();
        origin.on("/ok", exchange -> exchange.respond(200, "text/plain", "ok"));
        origin.on("/stream", exchange -> {
            try (var body = exchange.stream(200, "text/event-stream")) {
                body.send("data: one\n\n");
                over.await(30, TimeUnit.SECONDS);
            }
        });
        agent = agent(owner, "ollama");
        agent.awaitConnected(Duration.ofSeconds(30));
    }

    @AfterEach
    void close() {
        over.countDown();
        agent.kill();
        origin.close();
        client.close();
    }

    private Agent agent(TestCallers who, String tunnel) {
        return Agent.start(AgentOptions.of(
                "http://127.0.0.1:" + dataPort.port(),
                tunnel,
                origin.uri("").toString(),
                TestingIssuer.shared().token(who)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + dataPort.port() + "/t/" + path))
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> send(TestCallers who, String path) {
        return send(request(path)
                .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(who)));
    }

    /** Answers the id of the share. */
    private String share(String permission) {
        HttpResponse<String> shared = as(owner)
                .post(
                        path("/shares"),
                        "{\"user\": \"%s\", \"permission\": \"%s\"}".formatted(guest.userId(), permission));
        assertThat(shared.statusCode()).isEqualTo(201);
        return json(shared).path("id").asString();
    }

    private String path(String rest) {
        return TUNNELS + "/" + id + rest;
    }

    private void open(String settings) {
        HttpResponse<String> set = as(owner).send("PUT", path("/access"), settings);
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
    }

    /** R4.8: a shared tunnel is reached by its name until one's own has it, and always by its id. */
    @Test
    void carriesRequestsOfWhomItIsSharedWith() {
        ProblemAssert.assertThat(send(guest, "ollama/ok")).isProblem(ProblemCode.TUNNEL_001);
        ProblemAssert.assertThat(send(guest, id + "/ok")).isProblem(ProblemCode.TUNNEL_001);

        share("viewer");

        assertThat(send(guest, "ollama/ok").body()).isEqualTo("ok");
        as(guest).post(TUNNELS, "{\"name\": \"ollama\"}");
        await().untilAsserted(
                        () -> ProblemAssert.assertThat(send(guest, "ollama/ok")).isProblem(ProblemCode.AGENT_OFFLINE));
        assertThat(send(guest, id + "/ok").body()).isEqualTo("ok");
        JsonNode entry = await().until(
                        () -> json(as(owner).get(path("/access-logs"))),
                        log -> log.path("total").asInt() > 0)
                .at("/items/0");
        assertThat(entry.path("action").asString()).isEqualTo("use");
        assertThat(entry.path("userId").asString()).isEqualTo(guest.userId().toString());
    }

    /** P2.10.9: open streams are cut at once, and new requests refused. */
    @Test
    void cutsOpenStreamsWhenTheShareIsRevoked() throws Exception {
        share("viewer");
        HttpResponse<InputStream> stream = client.send(
                request(id + "/stream")
                        .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(guest))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        HttpResponse<InputStream> owners = client.send(
                request(id + "/stream")
                        .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(owner))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.body().read()).isEqualTo('d');

        long start = System.nanoTime();
        as(owner).send("DELETE", path("/shares/" + guest.userId()), "");

        assertThatThrownBy(() -> stream.body().readAllBytes()).isInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as("of thirty").isLessThan(Duration.ofSeconds(6));
        ProblemAssert.assertThat(send(guest, id + "/ok")).isProblem(ProblemCode.TUNNEL_001);
        over.countDown();
        assertThat(new String(owners.body().readAllBytes(), StandardCharsets.UTF_8))
                .as("the owner's own")
                .isEqualTo("data: one\n\n");
    }

    /** P2.10.6: a stream ends with the share it came by. */
    @Test
    void cutsOpenStreamsAtTheEndOfTheShare() throws Exception {
        as(owner).post(path("/shares"), """
                {"user": "%s", "permission": "viewer", "expiresAt": "%s"}""".formatted(
                        guest.userId(), Instant.now().plusSeconds(4)));
        HttpResponse<InputStream> stream = client.send(
                request(id + "/stream")
                        .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(guest))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);

        assertThatThrownBy(() -> stream.body().readAllBytes()).isInstanceOf(IOException.class);
    }

    /** Agents of guests need the permission write, and go with it. */
    @Test
    void letsEditorsServeTheTunnelUntilTheyAreViewers() throws Exception {
        share("viewer");
        try (Agent refused = agent(guest, id)) {
            assertThat(refused.end().get(30, TimeUnit.SECONDS).reason()).isNotNull();
        }
        as(owner).send("DELETE", path("/shares/" + guest.userId()), "");
        share("editor");
        try (Agent second = agent(guest, id)) {
            second.awaitConnected(Duration.ofSeconds(30));
            // A connection that is still on its way would find no tunnel instead.
            await().until(() -> second.connectionsUp() == 1);

            as(owner).send("DELETE", path("/shares/" + guest.userId()), "");

            assertThat(second.end().get(30, TimeUnit.SECONDS).reason()).isEqualTo(AgentEnd.Reason.KEY_REFUSED);
        }
    }

    /** P2.10.6: whoever serves by a share does so until it ends, and to whoever asks afterwards there is no tunnel. */
    @Test
    void endsTheAgentOfAGuestWithTheShare() throws Exception {
        String share = share("editor");
        try (Agent second = agent(guest, id)) {
            second.awaitConnected(Duration.ofSeconds(30));
            await().until(() -> second.connectionsUp() == 1);

            Instant end = Instant.now().plusSeconds(2);
            assertThat(as(owner)
                            .send(
                                    "PUT",
                                    path("/shares/" + share + "/permission"),
                                    "{\"permission\": \"editor\", \"expiresAt\": \"%s\"}".formatted(end))
                            .statusCode())
                    .isEqualTo(200);

            AgentEnd.Reason reason = second.end().get(30, TimeUnit.SECONDS).reason();
            assertThat(Instant.now()).isAfterOrEqualTo(end);
            assertThat(reason).as("it dialled once more").isEqualTo(AgentEnd.Reason.TUNNEL_UNKNOWN);
        }
        assertThat(send(request(id + "/ok")
                                .header(
                                        HeaderNames.CALLER_TOKEN,
                                        TestingIssuer.shared().token(guest)))
                        .statusCode())
                .isEqualTo(404);
    }

    /** R4.8a: of many uses at the same time exactly as many get through as the link allows. */
    @Test
    void countsTheUsesOfALinkExactlyWhenTheyRace() throws Exception {
        JsonNode link = json(as(owner).post(path("/share-tokens"), "{\"maxUses\": 2}"));
        String token = link.path("token").asString();
        List<Callable<Integer>> uses = IntStream.range(0, 8)
                .<Callable<Integer>>mapToObj(_ -> () ->
                        send(request(id + "/ok").header("X-Share-Token", token)).statusCode())
                .toList();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Integer> statuses =
                    threads.invokeAll(uses).stream().map(Future::resultNow).toList();
            assertThat(statuses.stream().filter(status -> status == 200)).hasSize(2);
            assertThat(statuses.stream().filter(status -> status == 401)).hasSize(6);
        }
        assertThat(json(as(owner).get(path("/share-tokens")))
                        .at("/items/0/uses")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void takesNoUseOfALinkForARequestThatIsRefused() throws Exception {
        JsonNode link = json(as(owner).post(path("/share-tokens"), "{\"maxUses\": 1}"));
        HttpRequest.Builder use =
                request(id + "/ok").header("X-Share-Token", link.path("token").asString());

        open("{\"visibility\": \"private\", \"allowedNetworks\": [\"203.0.113.0/24\"]}");
        assertThat(send(use).statusCode()).isEqualTo(403);
        open("{\"visibility\": \"private\"}");

        assertThat(send(use).statusCode()).isEqualTo(200);
        assertThat(send(use).statusCode()).isEqualTo(401);
    }

    @Test
    void takesTheTokenOfALinkOutOfWhatTheLocalServiceSees() {
        String token =
                json(as(owner).post(path("/share-tokens"), "{}")).path("token").asString();
        origin.on("/echo", exchange -> {
            TestingOrigin.Request seen = exchange.request();
            exchange.respond(
                    200,
                    "text/plain",
                    "%s [%s] [%s]"
                            .formatted(seen.target(), seen.header("x-share-token"), seen.header("authorization")));
        });

        assertThat(send(request("ollama/echo?a=1&share=" + token + "&b=2").header("Authorization", "Bearer app"))
                        .body())
                .isEqualTo("/echo?a=1&b=2 [] [Bearer app]");
        assertThat(send(request(id + "/echo").header("X-Share-Token", token)).body())
                .isEqualTo("/echo [] []");
        ProblemAssert.assertThat(send(request("other/echo?share=" + token))).isProblem(ProblemCode.AUTH_TOKEN_INVALID);

        as(owner)
                .send(
                        "DELETE",
                        path("/share-tokens/"
                                + json(as(owner).get(path("/share-tokens")))
                                        .at("/items/0/id")
                                        .asString()),
                        "");
        ProblemAssert.assertThat(send(request(id + "/ok").header("X-Share-Token", token)))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void letsAnybodyIntoAPublicTunnelAndNobodyIntoAPrivateOne() {
        ProblemAssert.assertThat(send(request(id + "/ok"))).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        open("{\"visibility\": \"public\"}");

        assertThat(send(request(id + "/ok")).body()).isEqualTo("ok");
        assertThat(send(guest, id + "/ok").body()).isEqualTo("ok");
        assertThat(send(request(id + "/ok").header("Authorization", "Bearer of-the-local-service"))
                        .body())
                .isEqualTo("ok");
        ProblemAssert.assertThat(send(request("ollama/ok"))).isProblem(ProblemCode.AUTH_TOKEN_MISSING);

        open("{\"visibility\": \"private\"}");
        ProblemAssert.assertThat(send(request(id + "/ok"))).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        ProblemAssert.assertThat(send(guest, id + "/ok")).isProblem(ProblemCode.TUNNEL_001);
    }

    @Test
    void asksVisitorsForTheLoginOfThePublicTunnel() {
        open("""
                {"visibility": "public", "login": {"username": "visitor", "password": "correct horse"}}""");

        HttpResponse<String> challenged = send(request(id + "/ok"));
        ProblemAssert.assertThat(challenged).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        assertThat(challenged.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Basic ");
        ProblemAssert.assertThat(send(request(id + "/ok").header("Authorization", basic("visitor:wrong"))))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        for (int i = 0; i < 2; i++) {
            assertThat(send(request(id + "/ok").header("Authorization", basic("visitor:correct horse")))
                            .body())
                    .isEqualTo("ok");
        }
        assertThat(origin.requests().getLast().header("authorization")).isEmpty();
        assertThat(json(as(owner).get(path("/access"))).toString())
                .contains("visitor")
                .doesNotContain("horse");
    }

    private static String basic(String login) {
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refusesRequestsFromOtherNetworks() {
        open("{\"visibility\": \"public\", \"allowedNetworks\": [\"203.0.113.0/24\", \"2001:db8::/32\"]}");

        ProblemAssert.assertThat(send(request(id + "/ok"))).isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(send(owner, id + "/ok")).isProblem(ProblemCode.FORBIDDEN);
        assertThat(send(request(id + "/ok").header("X-Forwarded-For", "203.0.113.9"))
                        .body())
                .isEqualTo("ok");
        assertThat(send(request(id + "/ok").header("X-Forwarded-For", "2001:db8::1"))
                        .statusCode())
                .isEqualTo(200);
        ProblemAssert.assertThat(send(request(id + "/ok").header("X-Forwarded-For", "203.0.114.9")))
                .isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(as(owner)
                        .send("PUT", path("/access"), "{\"visibility\": \"public\", \"allowedNetworks\": [\"x\"]}"))
                .isProblem(ProblemCode.VALIDATION_ERROR);
    }

    @Test
    void hearsOfARevocationOnAnotherReplica() throws Exception {
        share("viewer");
        HttpResponse<InputStream> stream = client.send(
                request(id + "/stream")
                        .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(guest))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        // What the other replica does: the row goes and the event comes, without this replica's own notice.
        TestingPostgres.shared().execute("DELETE FROM tunnel.shares WHERE tunnel_id = '" + id + "'");
        transactions.executeWithoutResult(_ -> outbox.append(
                owner.tenantId(),
                new TunnelShareRevoked(
                        UUID.fromString(id), owner.userId(), "ollama", UUID.randomUUID(), guest.userId(), null)));

        assertThatThrownBy(() -> stream.body().readAllBytes()).isInstanceOf(IOException.class);
    }
}
