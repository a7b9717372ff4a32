package dev.culvert.tunnel.share;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.contracts.event.TunnelEvent.TunnelShareChanged;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.data.outbox.Outbox;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionOperations;

/** What a change of a share does to streams and agents that are there already. */
class ShareChangesIT extends RunningTunnelService {
    private final TestCallers owner = TestCallers.user();
    private final TestCallers guest = TestCallers.user();
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch over = new CountDownLatch(1);
    private TunnelUnderTest tunnel;
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
        tunnel = new TunnelUnderTest(as(owner), dataPort.port());
        tunnel.origin.on("/stream", exchange -> {
            try (var body = exchange.stream(200, "text/event-stream")) {
                body.send("data: one\n\n");
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

    private void share(String permission) {
        HttpResponse<String> shared = tunnel.api.post(
                tunnel.path + "/shares",
                "{\"user\": \"%s\", \"permission\": \"%s\"}".formatted(guest.userId(), permission));
        assertThat(shared.statusCode()).as(shared.body()).isEqualTo(201);
    }

    private void change(String terms) {
        String share =
                json(tunnel.api.get(tunnel.path + "/shares")).at("/items/0/id").asString();
        HttpResponse<String> set = tunnel.api.send("PUT", tunnel.path + "/shares/" + share + "/permission", terms);
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
    }

    private void open(String settings) {
        HttpResponse<String> set = tunnel.api.send("PUT", tunnel.path + "/access", settings);
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
    }

    private HttpRequest.Builder request() {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + dataPort.port() + "/t/" + tunnel.id + "/stream"));
    }

    private InputStream stream(HttpRequest.Builder request) throws Exception {
        InputStream body = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream())
                .body();
        assertThat(body.read()).isEqualTo('d');
        return body;
    }

    private InputStream streamOfTheGuest() throws Exception {
        return stream(request()
                .header(HeaderNames.CALLER_TOKEN, TestingIssuer.shared().token(guest)));
    }

    private Agent agentOfTheGuest() throws InterruptedException {
        Agent second = Agent.start(AgentOptions.of(
                "http://127.0.0.1:" + dataPort.port(),
                tunnel.id.toString(),
                tunnel.origin.uri("").toString(),
                TestingIssuer.shared().token(guest)));
        second.awaitConnected(Duration.ofSeconds(30));
        return second;
    }

    private static List<String> column(String sql) {
        try (var connection = TestingPostgres.shared().adminConnection();
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> connectionsOfTheGuest() {
        return column("SELECT session_id FROM tunnel.agent_connections WHERE user_id = '" + guest.userId() + "'");
    }

    /** P2.10.6: an end that is moved binds streams that run already. */
    @Test
    void cutsOpenStreamsAtTheEarlierEndOfTheShare() throws Exception {
        share("viewer");
        InputStream stream = streamOfTheGuest();
        Instant end = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);

        change("{\"permission\": \"viewer\", \"expiresAt\": \"" + end + "\"}");

        assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class);
        assertThat(Instant.now()).isAfterOrEqualTo(end);
    }

    @Test
    void hearsOfAnEarlierEndFromAnotherReplica() throws Exception {
        share("viewer");
        InputStream stream = streamOfTheGuest();
        Instant end = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);

        // What the other replica does: the row changes and the event comes, without this replica's own notice.
        TestingPostgres.shared()
                .execute("UPDATE tunnel.shares SET expires_at = '" + end + "' WHERE tunnel_id = '" + tunnel.id + "'");
        transactions.executeWithoutResult(_ -> outbox.append(
                owner.tenantId(),
                new TunnelShareChanged(
                        tunnel.id,
                        owner.userId(),
                        "ollama",
                        UUID.randomUUID(),
                        guest.userId(),
                        null,
                        "viewer",
                        end,
                        false)));

        assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class);
    }

    @Test
    void cutsOpenStreamsFromNetworksThatAreClosed() throws Exception {
        open("{\"visibility\": \"public\"}");
        InputStream stream = stream(request());

        open("{\"visibility\": \"public\", \"allowedNetworks\": [\"203.0.113.0/24\"]}");

        assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class);
    }

    /** An editor may serve a tunnel as well as an administrator. */
    @Test
    void letsTheAgentOfAnAdministratorStayWhoBecomesAnEditor() throws Exception {
        share("admin");
        try (Agent second = agentOfTheGuest()) {
            await().until(() ->
                    second.connectionsUp() == 1 && connectionsOfTheGuest().size() == 1);
            List<String> before = connectionsOfTheGuest();
            String heard = "SELECT event_id FROM tunnel.inbox WHERE consumer = 'tunnel-access-replica-under-test'";
            int events = column(heard).size();

            change("{\"permission\": \"editor\"}");
            await().until(() -> column(heard).size() > events);

            assertThat(connectionsOfTheGuest()).isEqualTo(before);
            assertThat(second.end()).isNotDone();

            change("{\"permission\": \"viewer\"}");
            assertThat(second.end().get(30, TimeUnit.SECONDS).reason()).isEqualTo(AgentEnd.Reason.KEY_REFUSED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"editor", "admin"})
    void endsTheAgentOfAGuestAtTheEarlierEndOfTheShare(String permission) throws Exception {
        share(permission);
        try (Agent second = agentOfTheGuest()) {
            Instant end = Instant.now().plusSeconds(3);

            change("{\"permission\": \"" + permission + "\", \"expiresAt\": \"" + end + "\"}");

            assertThat(second.end().get(30, TimeUnit.SECONDS).reason()).isNotNull();
            assertThat(Instant.now()).isAfterOrEqualTo(end.truncatedTo(ChronoUnit.SECONDS));
        }
    }
}
