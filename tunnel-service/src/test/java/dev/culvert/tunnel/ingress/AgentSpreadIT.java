package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requirements P2.2.1, P2.11.2, P2.11.3: each connection of an agent leads to another replica, as soon as there is one. */
class AgentSpreadIT {
    private TestingReplicas replicas;
    private TestingDataPlane first;
    private RawOrigin origin;

    @BeforeEach
    void start() throws Exception {
        replicas = new TestingReplicas();
        first = replicas.start("first");
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        replicas.tunnel("box");
    }

    @AfterEach
    void stop() throws Exception {
        replicas.close();
        origin.close();
    }

    private Agent agent(int connections) throws Exception {
        return replicas.agent(
                replicas.balancer.url(), "box", origin.url(), options -> options.withConnections(connections));
    }

    @Test
    void makesOneConnectionWhereThereIsOneReplicaAndASecondWhenAnotherOneComes() throws Exception {
        Agent agent = agent(0);
        assertThat(first.registry.connections()).isEqualTo(1);

        TestingDataPlane second = replicas.start("second");

        await().atMost(Duration.ofSeconds(30))
                .until(() -> first.registry.connections() == 1 && second.registry.connections() == 1);
        assertThat(agent.connectionsUp()).isEqualTo(2);
        assertThat(second.client
                        .send(second.request("/t/box/ok").build(), BodyHandlers.ofString())
                        .body())
                .isEqualTo("ok");
    }

    @Test
    void spreadsTheConnectionsOfManyAgents() throws Exception {
        TestingDataPlane second = replicas.start("second");
        for (int i = 0; i < 10; i++) {
            agent(0);
        }

        await().atMost(Duration.ofSeconds(30))
                .until(() -> first.registry.connections() == 10 && second.registry.connections() == 10);
    }

    @Test
    void movesASecondConnectionToAReplicaThatComesBack() throws Exception {
        TestingDataPlane second = replicas.start("second");
        Agent agent = agent(2);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> first.registry.connections() == 1 && second.registry.connections() == 1);
        replicas.balancer.remove(second.port.port());
        second.stop();
        await().atMost(Duration.ofSeconds(30)).until(() -> first.registry.connections() == 2);

        TestingDataPlane again = replicas.start("second");

        await().atMost(Duration.ofSeconds(30))
                .until(() -> first.registry.connections() == 1 && again.registry.connections() == 1);
        assertThat(agent.connectionsUp()).isEqualTo(2);
    }
}
