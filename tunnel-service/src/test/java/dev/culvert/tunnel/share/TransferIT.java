package dev.culvert.tunnel.share;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.PublishedEvents.Published;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.TunnelUnderTest;
import dev.culvert.tunnel.ingress.DataPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** the owner, and nobody else, gives a tunnel to somebody who takes it. */
class TransferIT extends RunningTunnelService {
    private static final String TUNNELS = "/api/v1/tunnels";

    private final TestCallers owner = TestCallers.user();
    private final TestCallers receiver = TestCallers.user();
    private final TestCallers guest = TestCallers.user();
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch over = new CountDownLatch(1);
    private TunnelUnderTest tunnel;

    @Autowired
    private DataPort dataPort;

    @BeforeEach
    void createTunnel() {
        Neighbours.known(owner, "owner-" + owner.userId());
        Neighbours.known(receiver, "receiver-" + receiver.userId());
        Neighbours.known(guest, "guest-" + guest.userId());
        tunnel = new TunnelUnderTest(as(owner), dataPort.port());
        tunnel.origin.on("/ok", exchange -> exchange.respond(200, "text/plain", "ok"));
        tunnel.origin.on("/stream", exchange -> {
            try (var body = exchange.stream(200, "text/event-stream")) {
                body.send("data: one\n\n");
                over.await(30, TimeUnit.SECONDS);
            }
        });
    }

    @AfterEach
    void close() {
        over.countDown();
        tunnel.close();
        client.close();
    }

    private HttpResponse<String> offerTo(TestCallers who) {
        return tunnel.api.post(tunnel.path + "/transfer", "{\"user\": \"" + who.userId() + "\"}");
    }

    private String offered() {
        HttpResponse<String> offer = offerTo(receiver);
        assertThat(offer.statusCode()).as(offer.body()).isEqualTo(201);
        return TUNNELS + "/transfers/" + json(offer).path("id").asString();
    }

    private void take(String offer) {
        HttpResponse<String> taken = as(receiver).post(offer + "/accept", "");
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
    }

    private void share(TestCallers who, String permission) {
        HttpResponse<String> shared = tunnel.api.post(
                tunnel.path + "/shares",
                "{\"user\": \"%s\", \"permission\": \"%s\"}".formatted(who.userId(), permission));
        assertThat(shared.statusCode()).as(shared.body()).isEqualTo(201);
    }

    private HttpRequest request(TestCallers who, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + dataPort.port() + "/t/" + tunnel.id + path))
                .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(who))
                .build();
    }

    private int send(TestCallers who, String path) throws Exception {
        return client.send(request(who, path), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private Agent agent(TestCallers who) throws InterruptedException {
        Agent agent = Agent.start(AgentOptions.of(
                "http://127.0.0.1:" + dataPort.port(),
                tunnel.id.toString(),
                tunnel.origin.uri("").toString(),
                TestingIssuer.shared().token(who)));
        agent.awaitConnected(Duration.ofSeconds(30));
        return agent;
    }

    @Test
    void givesTheTunnelToWhoTakesItAndNothingBefore() {
        String offer = offered();
        ProblemAssert.assertThat(as(receiver).get(tunnel.path)).isProblem(ProblemCode.TUNNEL_001);
        JsonNode shown = json(as(receiver).get(TUNNELS + "/transfers")).at("/items/0");
        assertThat(shown.path("tunnelName").asString()).isEqualTo("ollama");
        assertThat(shown.path("ownerId").asString()).isEqualTo(owner.userId().toString());

        take(offer);

        JsonNode taken = json(as(receiver).get(tunnel.path));
        assertThat(taken.path("permission").asString()).isEqualTo("owner");
        assertThat(json(as(receiver).get(TUNNELS)).at("/items/0/id").asString()).isEqualTo(tunnel.id.toString());
        ProblemAssert.assertThat(tunnel.api.get(tunnel.path)).isProblem(ProblemCode.TUNNEL_001);
        assertThat(json(tunnel.api.get(TUNNELS)).path("total").asInt()).isZero();
        assertThat(json(as(receiver).get(tunnel.path + "/activity"))
                        .at("/items/0/action")
                        .asString())
                .isEqualTo("transfer");
        assertThat(json(as(receiver).get(TUNNELS + "/transfers")).path("total").asInt())
                .isZero();
        ProblemAssert.assertThat(as(receiver).post(offer + "/accept", "")).isProblem(ProblemCode.NOT_FOUND);
        // Everything of the tunnel is the new owner's, also to change it.
        assertThat(as(receiver)
                        .send("PATCH", tunnel.path, "{\"description\": \"x\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(as(receiver).send("DELETE", tunnel.path, "").statusCode()).isEqualTo(204);
    }

    /** P2.10.3, X-15: owner, admin, editor and viewer; to give a tunnel away is the owner's alone. */
    @Test
    void letsNobodyButTheOwnerOfferIt() {
        String body = "{\"user\": \"" + receiver.userId() + "\"}";
        for (String role : List.of("viewer", "editor", "admin")) {
            TestCallers other = Neighbours.known(TestCallers.user(), role + "-" + owner.userId());
            share(other, role);
            for (HttpResponse<String> refused : List.of(
                    as(other).post(tunnel.path + "/transfer", body),
                    as(other).get(tunnel.path + "/transfer"),
                    as(other).send("DELETE", tunnel.path + "/transfer", ""))) {
                ProblemAssert.assertThat(refused).isProblem(ProblemCode.FORBIDDEN);
            }
        }
        ProblemAssert.assertThat(as(receiver).post(tunnel.path + "/transfer", body))
                .isProblem(ProblemCode.TUNNEL_001);
        assertThat(offerTo(receiver).statusCode()).isEqualTo(201);
        ProblemAssert.assertThat(offerTo(guest)).isProblem(ProblemCode.ALREADY_EXISTS);
        ProblemAssert.assertThat(offerTo(TestCallers.user())).isProblem(ProblemCode.USER_001);
    }

    @Test
    void endsAnOfferThatIsRefusedWithdrawnOrExpired() {
        String refused = offered();
        ProblemAssert.assertThat(as(guest).post(refused + "/accept", "")).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(as(guest).post(refused + "/refuse", "")).isProblem(ProblemCode.NOT_FOUND);
        assertThat(as(receiver).post(refused + "/refuse", "").statusCode()).isEqualTo(204);
        ProblemAssert.assertThat(as(receiver).post(refused + "/accept", "")).isProblem(ProblemCode.NOT_FOUND);

        String withdrawn = offered();
        assertThat(tunnel.api.send("DELETE", tunnel.path + "/transfer", "").statusCode())
                .isEqualTo(204);
        ProblemAssert.assertThat(as(receiver).post(withdrawn + "/accept", "")).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(tunnel.api.get(tunnel.path + "/transfer")).isProblem(ProblemCode.NOT_FOUND);

        String expired = offered();
        TestingPostgres.shared()
                .execute("UPDATE tunnel.tunnel_transfers SET expires_at = now() WHERE tunnel_id = '" + tunnel.id + "'");
        ProblemAssert.assertThat(as(receiver).post(expired + "/accept", "")).isProblem(ProblemCode.NOT_FOUND);
        take(offered());
    }

    @Test
    void keepsSharesAndEndsLinks() throws Exception {
        share(guest, "viewer");
        share(receiver, "editor");
        String token = json(tunnel.api.post(tunnel.path + "/share-tokens", "{}"))
                .path("token")
                .asString();
        tunnel.api.send("PUT", tunnel.path + "/access", "{\"visibility\": \"shared\"}");
        take(offered());

        assertThat(as(guest).get(tunnel.path).statusCode()).isEqualTo(200);
        assertThat(json(as(receiver).get(tunnel.path + "/shares"))
                        .path("items")
                        .valueStream()
                        .map(share -> share.path("userId").asString()))
                .containsExactly(guest.userId().toString());
        assertThat(json(as(receiver).get(tunnel.path + "/share-tokens"))
                        .path("total")
                        .asInt())
                .isZero();
        ProblemAssert.assertThat(client.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + dataPort.port() + "/t/" + tunnel.id + "/ok"))
                                .header("X-Share-Token", token)
                                .build(),
                        HttpResponse.BodyHandlers.ofString()))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(json(as(receiver).get(tunnel.path + "/access"))
                        .path("visibility")
                        .asString())
                .isEqualTo("private");
        assertThat(as(TestCallers.user().withTenantId(owner.tenantId()))
                        .get(tunnel.path)
                        .statusCode())
                .as("a colleague of the owner before")
                .isEqualTo(404);
    }

    @Test
    void endsSharesOfPeopleFromOutsideATenantWithoutGuests() {
        share(guest, "viewer");
        TestCallers colleague =
                Neighbours.known(TestCallers.user().withTenantId(receiver.tenantId()), "colleague-" + owner.userId());
        share(colleague, "viewer");
        Neighbours.tenant(receiver, false);

        take(offered());

        ProblemAssert.assertThat(as(guest).get(tunnel.path)).isProblem(ProblemCode.TUNNEL_001);
        assertThat(as(colleague).get(tunnel.path).statusCode()).isEqualTo(200);
    }

    /** a tunnel leaves its tenant only if that has guests from outside. */
    @Test
    void staysInATenantWithoutGuests() {
        Neighbours.tenant(owner, false);

        ProblemAssert.assertThat(offerTo(receiver)).isProblem(ProblemCode.FORBIDDEN);

        TestCallers colleague =
                Neighbours.known(TestCallers.user().withTenantId(owner.tenantId()), "colleague-" + owner.userId());
        Neighbours.tenant(owner, false);
        assertThat(offerTo(colleague).statusCode()).isEqualTo(201);
    }

    @Test
    void takesAnotherNameWhereTheReceiverHasOneLikeIt() {
        as(receiver).post(TUNNELS, "{\"name\": \"ollama\"}");
        String offer = offered();

        ProblemAssert.assertThat(as(receiver).post(offer + "/accept", "")).isProblem(ProblemCode.ALREADY_EXISTS);
        ProblemAssert.assertThat(as(receiver).post(offer + "/accept", "{\"name\": \"a/b\"}"))
                .isProblem(ProblemCode.VALIDATION_ERROR);
        HttpResponse<String> taken = as(receiver).post(offer + "/accept", "{\"name\": \"second\"}");

        assertThat(json(taken).path("name").asString()).as(taken.body()).isEqualTo("second");
        assertThat(json(as(receiver).get(tunnel.path)).path("name").asString()).isEqualTo("second");
    }

    @Test
    void cutsAgentsAndRequestsOfTheOwnerBeforeAndServesTheNewOne() throws Exception {
        share(guest, "viewer");
        try (Agent before = agent(owner)) {
            InputStream stream = client.send(request(owner, "/stream"), HttpResponse.BodyHandlers.ofInputStream())
                    .body();
            assertThat(stream.read()).isEqualTo('d');
            assertThat(send(owner, "/ok")).isEqualTo(200);
            await().until(() -> json(tunnel.api.get(tunnel.path + "/requests"))
                            .path("total")
                            .asInt()
                    > 0);

            take(offered());

            assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class);
            assertThat(before.end().get(30, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(json(as(receiver).get(tunnel.path + "/requests"))
                        .path("total")
                        .asInt())
                .as("what went through it before")
                .isZero();
        try (Agent after = agent(receiver)) {
            assertThat(after.connectionsUp()).isPositive();
            assertThat(send(receiver, "/ok")).isEqualTo(200);
            assertThat(send(guest, "/ok")).isEqualTo(200);
            assertThat(send(owner, "/ok")).isEqualTo(404);
            await().until(
                            () -> json(as(receiver).get(tunnel.path))
                                    .path("status")
                                    .asString(),
                            "connected"::equals);
        }
    }

    /** P2.10.10: both tenants are told. */
    @Test
    void tellsBothSides() {
        take(offered());

        List<Published> events = PublishedEvents.until(EventType.TUNNEL_TRANSFERRED, tunnel.id).stream()
                .filter(event -> event.type().startsWith("dev.culvert.tunnel.transfer"))
                .toList();
        assertThat(events)
                .extracting(Published::type, Published::tenantId)
                .contains(
                        tuple(
                                "dev.culvert.tunnel.transfer_offered",
                                receiver.tenantId().toString()),
                        tuple("dev.culvert.tunnel.transferred", owner.tenantId().toString()));
        assertThat(events.getLast().data().path("previousOwnerId").asString())
                .isEqualTo(owner.userId().toString());
    }

    /** A table of a tunnel's that kept the tenant before would be seen by nobody, or by the wrong ones. */
    @Test
    void leavesNothingOfTheTunnelButLedgersInTheTenantBefore() throws Exception {
        share(guest, "viewer");
        tunnel.api.send("PUT", tunnel.path + "/inspector", "{\"enabled\": true, \"bodies\": true}");
        take(offered());

        try (var connection = TestingPostgres.shared().adminConnection();
                var statement = connection.createStatement();
                ResultSet tables = statement.executeQuery("""
                        SELECT DISTINCT k.conrelid::regclass::text FROM pg_constraint k
                        WHERE k.contype = 'f' AND k.confrelid = 'tunnel.tunnels'::regclass""")) {
            while (tables.next()) {
                try (var counting = connection.createStatement();
                        ResultSet count = counting.executeQuery(
                                "SELECT count(*) FROM %s WHERE tunnel_id = '%s' AND tenant_id = '%s'"
                                        .formatted(tables.getString(1), tunnel.id, owner.tenantId()))) {
                    count.next();
                    assertThat(count.getLong(1)).as(tables.getString(1)).isZero();
                }
            }
        }
    }

    /** Whoever waited for the hand-over would otherwise share a tunnel of which they are not the owner any more. */
    @Test
    void givesNobodyAccessWhoseShareWaitedForTheHandOver() throws Exception {
        String offer = offered();
        Callable<HttpResponse<String>> acceptance = () -> as(receiver).post(offer + "/accept", "");
        Callable<HttpResponse<String>> sharing = () -> tunnel.api.post(
                tunnel.path + "/shares", "{\"user\": \"%s\", \"permission\": \"admin\"}".formatted(guest.userId()));

        List<HttpResponse<String>> answers = inThisOrder(List.of(acceptance, sharing));

        assertThat(answers.getFirst().statusCode())
                .as(answers.getFirst().body())
                .isEqualTo(200);
        ProblemAssert.assertThat(answers.getLast()).isProblem(ProblemCode.TUNNEL_001);
        ProblemAssert.assertThat(as(guest).get(tunnel.path)).isProblem(ProblemCode.TUNNEL_001);
        assertThat(json(as(receiver).get(tunnel.path + "/shares")).path("total").asInt())
                .isZero();
    }

    @Test
    void endsAnOfferOnceWhoeverElseWaits() throws Exception {
        String offer = offered();
        Callable<HttpResponse<String>> refusal = () -> as(receiver).post(offer + "/refuse", "");
        Callable<HttpResponse<String>> withdrawal = () -> tunnel.api.send("DELETE", tunnel.path + "/transfer", "");
        Callable<HttpResponse<String>> acceptance = () -> as(receiver).post(offer + "/accept", "");

        List<HttpResponse<String>> answers = inThisOrder(List.of(refusal, withdrawal, acceptance));

        assertThat(answers.getFirst().statusCode())
                .as(answers.getFirst().body())
                .isEqualTo(204);
        ProblemAssert.assertThat(answers.get(1)).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(answers.get(2)).isProblem(ProblemCode.NOT_FOUND);
        assertThat(tunnel.api.get(tunnel.path).statusCode()).isEqualTo(200);
        List<Published> ends = PublishedEvents.until(EventType.TUNNEL_TRANSFER_ENDED, tunnel.id).stream()
                .filter(event -> event.type().equals("dev.culvert.tunnel.transfer_ended"))
                .filter(event -> event.tenantId().equals(owner.tenantId().toString()))
                .toList();
        assertThat(ends).hasSize(1);
    }

    /** Holds the tunnel until each call waits for it, behind the one before. */
    private List<HttpResponse<String>> inThisOrder(List<Callable<HttpResponse<String>>> calls) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var connection = TestingPostgres.shared().adminConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT FROM tunnel.tunnels WHERE id = '" + tunnel.id + "' FOR UPDATE");
            List<Future<HttpResponse<String>>> answers = new ArrayList<>();
            for (Callable<HttpResponse<String>> call : calls) {
                answers.add(threads.submit(call));
                await().until(() -> waitingForTheTunnel() == answers.size());
            }
            connection.commit();
            List<HttpResponse<String>> all = new ArrayList<>();
            for (Future<HttpResponse<String>> answer : answers) {
                all.add(answer.get(30, TimeUnit.SECONDS));
            }
            return all;
        }
    }

    private static int waitingForTheTunnel() throws SQLException {
        try (var connection = TestingPostgres.shared().adminConnection();
                var statement = connection.createStatement();
                ResultSet count = statement.executeQuery("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT id FROM tunnels%FOR UPDATE'""")) {
            count.next();
            return count.getInt(1);
        }
    }
}
