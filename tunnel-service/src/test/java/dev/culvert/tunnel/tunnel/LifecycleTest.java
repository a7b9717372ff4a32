package dev.culvert.tunnel.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requirements R4.1b and PT6: whatever the order of commands, a tunnel only takes documented edges. */
class LifecycleTest {
    /** Written down apart from the code, so that a changed edge is a changed promise. */
    private static final Map<TunnelStatus, Set<TunnelStatus>> DOCUMENTED = Map.of(
            TunnelStatus.CREATED,
            Set.of(TunnelStatus.CONNECTING, TunnelStatus.CONNECTED, TunnelStatus.DISCONNECTED),
            TunnelStatus.CONNECTING,
            Set.of(TunnelStatus.CONNECTED, TunnelStatus.DISCONNECTED),
            TunnelStatus.CONNECTED,
            Set.of(TunnelStatus.DISCONNECTED, TunnelStatus.ERROR),
            TunnelStatus.DISCONNECTED,
            Set.of(TunnelStatus.CONNECTING, TunnelStatus.CONNECTED),
            TunnelStatus.ERROR,
            Set.of(TunnelStatus.CONNECTING, TunnelStatus.CONNECTED, TunnelStatus.DISCONNECTED));

    private record Command(String name, UnaryOperator<Lifecycle> step) {}

    private static final List<Command> COMMANDS = List.of(
            new Command("start", Lifecycle::start),
            new Command("stop", Lifecycle::stop),
            new Command("agent connects", Lifecycle::agentsPresent),
            new Command("agent leaves", life -> life.agentsGone("closed_by_agent")),
            new Command("agent is turned away", life -> life.agentsGone("revoked")));

    static List<Long> seeds() {
        Random random = new Random();
        return random.longs(200).boxed().toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void takesDocumentedEdgesOnlyUnderRandomCommands(long seed) {
        Random random = new Random(seed);
        Lifecycle life = Lifecycle.created();
        List<String> history = new ArrayList<>();

        for (int i = 0; i < 100; i++) {
            Command command = COMMANDS.get(random.nextInt(COMMANDS.size()));
            history.add(command.name());
            Lifecycle before = life;
            life = command.step().apply(before);

            if (life.status() != before.status()) {
                assertThat(DOCUMENTED.get(before.status())).as("%s", history).contains(life.status());
            }
            assertThat(command.step().apply(life)).as("%s repeated", history).isEqualTo(life);
            if (life.stopped()) {
                assertThat(life.status()).as("%s", history).isEqualTo(TunnelStatus.DISCONNECTED);
                assertThat(life.agentsPresent())
                        .as("agents of a stopped tunnel")
                        .isEqualTo(life);
            }
        }
    }

    @Test
    void hasTheDocumentedEdges() {
        for (TunnelStatus status : TunnelStatus.values()) {
            assertThat(status.next()).as("%s", status).isEqualTo(DOCUMENTED.get(status));
        }
    }

    @Test
    void isStartedByItsFirstAgent() {
        Lifecycle life = Lifecycle.created().agentsPresent();

        assertThat(life).isEqualTo(new Lifecycle(TunnelStatus.CONNECTED, false, "agent_connected"));
    }

    @Test
    void keepsAgentsOutWhileStopped() {
        Lifecycle stopped = Lifecycle.created().agentsPresent().stop();

        assertThat(stopped.agentsPresent()).isEqualTo(stopped);
        assertThat(stopped.start().agentsPresent().status()).isEqualTo(TunnelStatus.CONNECTED);
    }

    @Test
    void needsSomebodyWhenItsAgentWasTurnedAway() {
        Lifecycle life = Lifecycle.created().agentsPresent().agentsGone("revoked");

        assertThat(life.status()).isEqualTo(TunnelStatus.ERROR);
        assertThat(life.agentsPresent().status()).isEqualTo(TunnelStatus.CONNECTED);
    }
}
