package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requirement P2.14.1: a tunnel is set up in less than a second, measured over 200 connects. */
@SuppressWarnings("try") // close waits, and tests may be interrupted
class TunnelSetUpIT {
    private static final int CONNECTS = 200;

    @Test
    void connectsAnAgentInLessThanASecond() throws Exception {
        List<Duration> took = new ArrayList<>();
        try (TestingDataPlane plane = new TestingDataPlane()) {
            plane.tunnel("box");
            for (int i = 0; i < CONNECTS; i++) {
                long started = System.nanoTime();
                Agent agent =
                        Agent.start(AgentOptions.of(plane.url(), "box", "http://127.0.0.1:1", TestingDataPlane.TOKEN));
                agent.awaitConnected(Duration.ofSeconds(30));
                took.add(Duration.ofNanos(System.nanoTime() - started));
                agent.kill();
            }
        }

        took.sort(null);
        assertThat(took.get(CONNECTS * 95 / 100)).isLessThan(Duration.ofSeconds(1));
    }
}
