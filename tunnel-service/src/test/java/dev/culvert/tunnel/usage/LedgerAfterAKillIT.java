package dev.culvert.tunnel.usage;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.data.outbox.Outbox;
import dev.culvert.testing.TestCallers;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.connection.ReplicaProperties;
import dev.culvert.tunnel.session.AnswerPart;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter.Course;
import dev.culvert.tunnel.session.TrafficMeter.Hops;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What is stored when a replica ends without a word: its ledger is never asked again, and another one starts. */
class LedgerAfterAKillIT extends RunningTunnelService {
    private final TestCallers caller = TestCallers.user();
    private final String answer = UUID.randomUUID().toString();
    private final String killed = "killed-" + answer;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JdbcOperations batches;

    @Autowired
    private Outbox outbox;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private UsageProperties properties;

    @TempDir
    private Path folder;

    private final Map<String, Tallies> files = new HashMap<>();
    private UUID tunnelId;

    @BeforeEach
    void createTunnel() {
        tunnelId = UUID.fromString(json(as(caller).post("/api/v1/tunnels", "{\"name\": \"a\"}"))
                .path("id")
                .asString());
    }

    @AfterEach
    void closeFiles() throws IOException {
        for (Tallies file : files.values()) {
            file.close();
        }
    }

    /** Starts, or kills and starts again, without the file of the one before. */
    private TrafficLedger replica(String name) {
        return replica(name, name + UUID.randomUUID(), _ -> {});
    }

    /** Starts, or kills and starts again, on a file. */
    private TrafficLedger replica(String name, String file) {
        return replica(name, file, _ -> {});
    }

    private TrafficLedger replica(String name, String file, Consumer<UsageBatch> afterCommit) {
        ReplicaProperties replica = new ReplicaProperties(name, Duration.ofSeconds(5), Duration.ofSeconds(20));
        UsageDays days = new UsageDays(jdbc, batches, outbox, replica) {
            @Override
            void apply(UsageBatch batch) {
                transactions.executeWithoutResult(_ -> super.apply(batch));
                afterCommit.accept(batch);
            }

            @Override
            Optional<UUID> lastBatch() {
                return transactions.execute(_ -> super.lastBatch());
            }

            @Override
            void applyCutOff(Instant now) {
                transactions.executeWithoutResult(_ -> super.applyCutOff(now));
            }
        };
        Tallies before = files.get(file);
        try {
            if (before != null) {
                before.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Tallies tallies = new Tallies(folder.resolve(file), 8);
        files.put(file, tallies);
        return new TrafficLedger(days, tallies, properties, Clock.systemUTC());
    }

    private RequestStart start(Optional<AnswerPart> part) {
        return new RequestStart(
                UUID.randomUUID(),
                tunnelId,
                caller.tenantId(),
                caller.userId(),
                Protocol.HTTP_1_1,
                "test",
                "GET",
                "/stream",
                new DefaultHttpHeaders(),
                Instant.now(),
                Grant.OWNER,
                part);
    }

    private RequestStart start(long offset) {
        return start(Optional.of(new AnswerPart(answer, offset)));
    }

    private static void bring(RequestObserver request, int bytes) {
        request.answerBytes(Unpooled.wrappedBuffer(new byte[bytes]));
    }

    private void end(RequestObserver request, Outcome outcome, long bytesOut) {
        Course course = new Course(
                UUID.randomUUID(),
                "test",
                "/stream",
                Protocol.HTTP_1_1,
                Optional.empty(),
                Optional.empty(),
                new Hops(Duration.ZERO, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
        request.ended(new Traffic(
                tunnelId,
                caller.tenantId(),
                caller.userId(),
                "GET",
                200,
                0,
                bytesOut,
                Instant.now(),
                Duration.ofMillis(5),
                outcome,
                course));
    }

    private void assertCounted(long requests, long errors, long bytesOut) {
        var metrics = json(as(caller).get("/api/v1/tunnels/" + tunnelId)).path("metrics");
        assertThat(metrics.path("requestCount").asLong()).isEqualTo(requests);
        assertThat(metrics.path("errorCount").asLong()).isEqualTo(errors);
        assertThat(metrics.path("bytesOut").asLong()).isEqualTo(bytesOut);
    }

    /** What moved after the last flush is known by what the gateway says it has. */
    @Test
    void losesNothingOfAnAnswerThatGoesOnThroughAnotherReplica() {
        TrafficLedger first = replica(killed);
        RequestObserver request = first.begin(start(0));
        bring(request, 1_000);
        first.flush();
        bring(request, 500);

        TrafficLedger second = replica("second");
        RequestObserver rest = second.begin(start(1_500));
        bring(rest, 300);
        second.flush();
        assertCounted(0, 0, 1_800);
        bring(rest, 200);
        end(rest, Outcome.COMPLETED, 500);
        second.flush();
        replica(killed).flush();

        assertCounted(1, 0, 2_000);
    }

    @Test
    void losesNothingOfOneThatNoFlushHadSeen() {
        bring(replica(killed).begin(start(0)), 700);

        TrafficLedger second = replica("second");
        RequestObserver rest = second.begin(start(700));
        bring(rest, 300);
        end(rest, Outcome.COMPLETED, 300);
        second.flush();

        assertCounted(1, 0, 1_000);
    }

    /** The replica had counted bytes that never left its machine. */
    @Test
    void countsWhatIsSentAgainOnce() {
        TrafficLedger first = replica(killed);
        bring(first.begin(start(0)), 1_000);
        first.flush();

        TrafficLedger second = replica("second");
        RequestObserver rest = second.begin(start(400));
        bring(rest, 100);
        second.flush();
        assertCounted(0, 0, 1_000);
        bring(rest, 900);
        end(rest, Outcome.COMPLETED, 1_000);
        second.flush();

        assertCounted(1, 0, 1_400);
    }

    /** A replica that stops tells of the end, which is that of its part only. */
    @Test
    void countsARequestOnceThatIsCutOffAndGoesOn() {
        TrafficLedger ledger = replica("only");
        RequestObserver request = ledger.begin(start(0));
        bring(request, 1_000);
        end(request, Outcome.CALLER_GONE, 1_000);
        RequestObserver inVain = ledger.begin(start(1_000));
        end(inVain, Outcome.REFUSED, 0);
        RequestObserver rest = ledger.begin(start(1_000));
        bring(rest, 200);
        end(rest, Outcome.COMPLETED, 200);
        ledger.flush();

        assertCounted(1, 0, 1_200);
    }

    /** At most what moved or began since the last flush is lost. */
    @Test
    void countsWhatWasCutOffForGoodWhenTheReplicaIsBack() {
        TrafficLedger first = replica(killed);
        RequestObserver ended = first.begin(start(Optional.empty()));
        bring(ended, 10);
        RequestObserver cutOff = first.begin(start(Optional.empty()));
        bring(cutOff, 700);
        first.flush();
        end(ended, Outcome.COMPLETED, 10);
        first.flush();
        bring(cutOff, 50);
        bring(first.begin(start(Optional.empty())), 60);

        for (int i = 0; i < 2; i++) {
            replica(killed).flush();
        }

        assertCounted(2, 1, 710);
    }

    /** Neither what ended nor what moved had ever been stored. */
    @Test
    void losesNothingWhereTheFileIsStillThere() {
        TrafficLedger first = replica(killed, "file");
        RequestObserver stored = first.begin(start(Optional.empty()));
        bring(stored, 100);
        first.flush();
        bring(stored, 10);
        RequestObserver ended = first.begin(start(Optional.empty()));
        bring(ended, 200);
        end(ended, Outcome.COMPLETED, 200);
        bring(first.begin(start(Optional.empty())), 300);

        for (int i = 0; i < 2; i++) {
            replica(killed, "file").flush();
        }

        assertCounted(3, 2, 610);
    }

    @Test
    void countsABatchOnceWhoseCommitNobodyHeardOf() {
        TrafficLedger first = replica(killed, "file", _ -> {
            throw new QueryTimeoutException("the answer to the commit is lost");
        });
        RequestObserver ended = first.begin(start(Optional.empty()));
        bring(ended, 200);
        end(ended, Outcome.COMPLETED, 200);
        RequestObserver request = first.begin(start(Optional.empty()));
        bring(request, 30);
        first.flush();
        bring(request, 4);

        TrafficLedger second = replica(killed, "file");
        second.flush();
        second.flush();

        assertCounted(2, 1, 234);
    }

    /** More requests than the file has room for are counted, but would not survive. */
    @Test
    void countsMoreThanTheFileHolds() {
        TrafficLedger ledger = replica("only", "file");
        for (int i = 0; i < 20; i++) {
            RequestObserver request = ledger.begin(start(Optional.empty()));
            bring(request, 10);
            end(request, Outcome.COMPLETED, 10);
            if (i % 6 == 0) {
                ledger.flush();
            }
        }
        ledger.flush();

        assertCounted(20, 0, 200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void countsAnAnswerOnceThatWentOnElsewhereBeforeItsReplicaIsBack(boolean noted) {
        TrafficLedger first = replica(killed, "file");
        RequestObserver request = first.begin(start(0));
        bring(request, 1_000);
        if (noted) {
            first.flush();
        }
        bring(request, 500);
        TrafficLedger second = replica("second");
        RequestObserver rest = second.begin(start(1_400));
        bring(rest, 300);
        end(rest, Outcome.COMPLETED, 300);
        second.flush();

        replica(killed, "file").flush();

        assertCounted(1, 0, 1_700);
    }

    @Test
    void countsAnAnswerOnceThatGoesOnElsewhereWhileItsReplicaIsBack() {
        TrafficLedger first = replica(killed, "file");
        bring(first.begin(start(0)), 1_500);
        TrafficLedger second = replica("second");
        RequestObserver rest = second.begin(start(1_400));
        bring(rest, 50);
        second.flush();

        replica(killed, "file").flush();
        assertCounted(0, 0, 1_500);
        bring(rest, 250);
        end(rest, Outcome.COMPLETED, 300);
        second.flush();

        assertCounted(1, 0, 1_700);
    }

    @Test
    void countsAnAnswerThatNobodyWentOnWith() {
        TrafficLedger first = replica(killed, "file");
        bring(first.begin(start(0)), 1_500);

        replica(killed, "file").flush();

        assertCounted(1, 1, 1_500);
    }
}
