package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.tunnel.endpoint.TestingEndpoints;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The agents of one tunnel's endpoints are on different replicas. */
class EndpointsAcrossReplicasIT {
    private final TestingOrigin first = TestingOrigin.start();
    private final TestingOrigin second = TestingOrigin.start();
    private TestingReplicas replicas;
    private TestingDataPlane one;
    private TestingDataPlane two;
    private Agent primary;

    @BeforeEach
    void start() throws Exception {
        replicas = new TestingReplicas();
        one = replicas.start("one");
        two = replicas.start("two");
        Resolution.Found tunnel = replicas.tunnel("box");
        TestingEndpoints.teach(one.endpoints, tunnel.tunnelId(), "primary", "backup");
        TestingEndpoints.teach(two.endpoints, tunnel.tunnelId(), "primary", "backup");
        first.onAnything(exchange -> exchange.respond(200, "text/plain", "primary " + exchange.bodyText()));
        second.onAnything(exchange -> exchange.respond(200, "text/plain", "backup " + exchange.bodyText()));
        primary = agent(one, "primary", first);
        agent(two, "backup", second);
        replicas.awaitKnown(two, "box");
        replicas.awaitKnown(one, "box");
    }

    private Agent agent(TestingDataPlane replica, String endpoint, TestingOrigin origin) throws InterruptedException {
        return replicas.agent(
                replica.url(),
                "box",
                origin.uri("").toString(),
                options -> options.withConnections(1).withEndpoint(endpoint));
    }

    @AfterEach
    void stop() throws Exception {
        replicas.close();
        first.close();
        second.close();
    }

    private String send(TestingDataPlane replica, String method, String body) throws Exception {
        HttpResponse<String> answer = replica.client.send(
                replica.request("/t/box/")
                        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void reachesTheEndpointOfHigherPriorityOnAnotherReplica() throws Exception {
        assertThat(send(one, "GET", "")).isEqualTo("200 primary ");
        assertThat(send(two, "GET", "")).isEqualTo("200 primary ");
        assertThat(send(two, "POST", "hello")).isEqualTo("200 primary hello");
    }

    @Test
    void goesOnAtTheNextEndpointWhenTheLocalServiceBehindAnotherReplicaIsDown() throws Exception {
        first.close();

        assertThat(send(two, "POST", "hello")).isEqualTo("200 backup hello");
        assertThat(send(one, "POST", "hello")).isEqualTo("200 backup hello");
    }

    @Test
    void movesWhenTheAgentOnAnotherReplicaIsGone() throws Exception {
        primary.kill();

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(send(two, "GET", "")).isEqualTo("200 backup "));
        assertThat(send(one, "GET", "")).isEqualTo("200 backup ");
    }
}
