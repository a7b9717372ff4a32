package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica ends without a word. */
class ReplicaLostIT {
    private TestingReplicas replicas;
    private TestingDataPlane entry;
    private TestingDataPlane lost;
    private TestingDataPlane third;
    private RawOrigin origin;
    private Resolution.Found tunnel;

    @BeforeEach
    void start() throws Exception {
        replicas = new TestingReplicas();
        entry = replicas.start("entry");
        lost = replicas.start("lost");
        third = replicas.start("third");
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        tunnel = replicas.tunnel("box");
    }

    @AfterEach
    void stop() throws Exception {
        replicas.close();
        origin.close();
    }

    /** P2.11.6: the others forget a killed replica and its agents within its lease, and whoever comes anew never hears of it. */
    @Test
    void isForgottenWithinItsLease() throws Exception {
        replicas.agentOn(lost, entry, "box", origin.url());
        replicas.agentOn(third, entry, "box", origin.url());
        await().until(() -> entry.cluster.map().elsewhere(tunnel.tunnelId()).size() == 2);
        String gone = lost.cluster.self().name();
        assertThat(entry.cluster.map().others()).extracting(Member::name).contains(gone);

        lost.crash();

        await().atMost(TestingReplicas.LEASE.multipliedBy(5)).untilAsserted(() -> {
            assertThat(entry.cluster.map().others()).extracting(Member::name).doesNotContain(gone);
            assertThat(third.cluster.map().others()).extracting(Member::name).doesNotContain(gone);
            assertThat(entry.cluster.map().elsewhere(tunnel.tunnelId()))
                    .extracting(holder -> holder.member().name())
                    .containsExactly(third.cluster.self().name());
        });
        TestingDataPlane fresh = replicas.start("fresh");
        await().until(() -> !fresh.cluster.map().elsewhere(tunnel.tunnelId()).isEmpty());
        assertThat(fresh.cluster.map().others()).extracting(Member::name).doesNotContain(gone);
    }

    /** The agent has stopped reading, so the replica in between has, too, when the one before it is lost. */
    @Test
    void endsAStuckUploadAtTheLocalServiceThatCameThroughIt() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        origin.on("/stuck", call -> NetworkFaultsIT.takeNothingUntilGone(call, gone));
        replicas.agentOn(third, lost, "box", origin.url());
        try (Socket socket = lost.connect()) {
            TestingDataPlane.send(socket, NetworkFaultsIT.hugeUpload("/t/box/stuck"));
            BuffersGivenBackIT.fill(socket);

            lost.crash();

            assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
            await().until(() -> third.port.reservedBytes() == 0);
        }
    }

    /** Fault 13: two say that they hold agents of the tunnel, and one of them does not any more. */
    @Test
    void letsNoRequestGoAstrayWhereAReplicaClaimsAnAgentThatItHasNot() throws Exception {
        Agent gone = replicas.agentOn(lost, entry, "box", origin.url());
        replicas.agentOn(third, entry, "box", origin.url());
        await().until(() -> entry.cluster.map().elsewhere(tunnel.tunnelId()).size() == 2);
        lost.cluster.vanish(); // what it says now nobody hears
        gone.kill();
        await().until(() -> lost.registry.connections() == 0);

        for (int i = 0; i < 20; i++) {
            HttpResponse<String> answer =
                    entry.client.send(entry.request("/t/box/ok").build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }

        assertThat(entry.cluster.map().elsewhere(tunnel.tunnelId()))
                .extracting(holder -> holder.member().name())
                .containsExactly(third.cluster.self().name());
        lost.crash();
    }

    @Test
    void answersEveryIdempotentRequestThroughTheOtherConnection() throws Exception {
        replicas.agentOn(lost, entry, "box", origin.url());
        replicas.agentOn(third, entry, "box", origin.url());
        await().until(() -> entry.cluster.map().elsewhere(tunnel.tunnelId()).size() == 2);
        AtomicBoolean enough = new AtomicBoolean();
        List<Future<Integer>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch underWay = new CountDownLatch(200);
            for (int i = 0; i < 8; i++) {
                callers.add(threads.submit(() -> {
                    int sent = 0;
                    while (!enough.get()) {
                        HttpResponse<String> answer =
                                entry.client.send(entry.request("/t/box/ok").build(), BodyHandlers.ofString());
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                        underWay.countDown();
                        sent++;
                    }
                    return sent;
                }));
            }
            assertThat(underWay.await(30, TimeUnit.SECONDS)).isTrue();

            lost.crash();

            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            entry.cluster.map().elsewhere(tunnel.tunnelId()).size() == 1);
            enough.set(true);
        }
        int sent = 0;
        for (Future<Integer> caller : callers) {
            sent += caller.get();
        }
        assertThat(sent).isGreaterThan(200);
    }

    @Test
    void doesNotSendARequestTwiceThatIsNotIdempotent() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        origin.on("/order", call -> {
            asked.countDown();
            call.awaitClosedByPeer();
            call.closes = true;
        });
        replicas.agentOn(lost, entry, "box", origin.url());
        CompletableFuture<HttpResponse<String>> answer = entry.client.sendAsync(
                entry.request("/t/box/order")
                        .POST(BodyPublishers.ofString("one"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        replicas.agentOn(third, entry, "box", origin.url());
        await().until(() -> entry.cluster.map().elsewhere(tunnel.tunnelId()).size() == 2);

        lost.crash();

        assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        assertThat(origin.connections.get()).isEqualTo(1);
    }

    /** R4.1b, P2.14.14: agents come back by themselves. */
    @Test
    void findsItsAgentsOnTheReplicasThatAreLeft() throws Exception {
        Agent agent = replicas.agent(replicas.balancer.url(), "box", origin.url(), options -> options);
        await().atMost(Duration.ofSeconds(30)).until(() -> agent.connectionsUp() == 2);

        lost.crash();

        await().atMost(Duration.ofSeconds(30))
                .until(() -> agent.connectionsUp() == 2
                        && entry.registry.connections() == 1
                        && third.registry.connections() == 1);
    }
}
