package dev.culvert.tunnel.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EndpointChoiceTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final FailoverSettings SETTINGS = new FailoverSettings(10_000, 5_000, true, 30_000);

    private final Map<String, Presence> presence = new HashMap<>();
    private final Random random = new Random(42);

    private Endpoint endpoint(String name, int priority, int weight) {
        return endpoint(name, priority, weight, Health.unknown(NOW.minusSeconds(600)));
    }

    private Endpoint endpoint(String name, int priority, int weight, Health health) {
        presence.putIfAbsent(name, Presence.ANSWERING);
        return new Endpoint(UUID.randomUUID(), name, "", priority, weight, Optional.empty(), 1, health);
    }

    private static Health unhealthy(int failures) {
        Health health = Health.unknown(NOW.minusSeconds(600)).gone(NOW.minusSeconds(500));
        for (int i = 0; i < failures; i++) {
            health = health.failed("unreachable", NOW.minusSeconds(400));
        }
        return health;
    }

    private static Health recovered(int secondsAgo) {
        return unhealthy(3).passed(NOW.minusSeconds(secondsAgo));
    }

    private static TunnelEndpoints tunnel(
            FailoverSettings settings, String active, Optional<String> picked, Endpoint... endpoints) {
        return new TunnelEndpoints(
                UUID.randomUUID(),
                UUID.randomUUID(),
                settings,
                List.of(endpoints),
                Optional.of(active),
                picked,
                Optional.empty(),
                "",
                Optional.empty(),
                NOW);
    }

    private static TunnelEndpoints tunnel(String active, Endpoint... endpoints) {
        return tunnel(SETTINGS, active, Optional.empty(), endpoints);
    }

    private Optional<String> chosen(TunnelEndpoints tunnel, String... tried) {
        return new EndpointChoice(tunnel, name -> presence.getOrDefault(name, Presence.NONE), NOW)
                .forRequest(Set.of(tried), random)
                .map(Endpoint::name);
    }

    private Optional<String> leader(TunnelEndpoints tunnel) {
        return new EndpointChoice(tunnel, name -> presence.getOrDefault(name, Presence.NONE), NOW)
                .leader()
                .map(Endpoint::name);
    }

    @Test
    void takesTheHighestPriorityAmongThoseThatDoWell() {
        TunnelEndpoints tunnel =
                tunnel("first", endpoint("second", 50, 1), endpoint("first", 100, 1), endpoint("third", 10, 1));

        assertThat(chosen(tunnel)).contains("first");
        assertThat(chosen(tunnel, "first")).contains("second");
        assertThat(chosen(tunnel, "first", "second")).contains("third");
        assertThat(chosen(tunnel, "first", "second", "third")).isEmpty();
    }

    /** P2.3.7: 3:1 weights give about 3:1 over 1,000 requests. */
    @Test
    void sharesRequestsByWeightAmongEquals() {
        TunnelEndpoints tunnel = tunnel("large", endpoint("large", 100, 3), endpoint("small", 100, 1));

        long large = IntStream.range(0, 1_000)
                .filter(_ -> chosen(tunnel).orElseThrow().equals("large"))
                .count();

        assertThat(large).isBetween(700L, 800L);
    }

    @Test
    void leavesOutWhoHasNoAgent() {
        TunnelEndpoints tunnel = tunnel("first", endpoint("first", 100, 1), endpoint("second", 50, 1));
        presence.put("first", Presence.NONE);

        assertThat(chosen(tunnel)).contains("second");
        assertThat(leader(tunnel)).contains("second");
        presence.put("second", Presence.NONE);
        assertThat(chosen(tunnel)).isEmpty();
        assertThat(leader(tunnel)).isEmpty();
    }

    @Test
    void prefersAnAgentThatAnswersToOneThatOwesAnAnswer() {
        TunnelEndpoints tunnel = tunnel("first", endpoint("first", 100, 1), endpoint("second", 50, 1));
        presence.put("first", Presence.SUSPECT);

        assertThat(chosen(tunnel)).contains("second");
        presence.put("second", Presence.NONE);
        assertThat(chosen(tunnel)).contains("first");
    }

    @Test
    void takesTheBestUnhealthyOneAsLastResort() {
        TunnelEndpoints tunnel =
                tunnel("worse", endpoint("worse", 100, 1, unhealthy(3)), endpoint("better", 50, 1, unhealthy(1)));

        assertThat(chosen(tunnel)).contains("better");
        assertThat(chosen(tunnel, "better")).contains("worse");
    }

    @Test
    void staysWhereItIsWhenNoneDoesWell() {
        TunnelEndpoints tunnel =
                tunnel("worse", endpoint("worse", 100, 1, unhealthy(3)), endpoint("better", 50, 1, unhealthy(1)));

        assertThat(leader(tunnel)).contains("worse");
    }

    @Test
    void goesBackOnlyWhenTheHigherOneHasDoneWellForLongEnough() {
        Endpoint backup = endpoint("backup", 50, 1);

        assertThat(leader(tunnel("backup", endpoint("primary", 100, 1, recovered(29)), backup)))
                .contains("backup");
        assertThat(chosen(tunnel("backup", endpoint("primary", 100, 1, recovered(29)), backup)))
                .contains("backup");
        assertThat(leader(tunnel("backup", endpoint("primary", 100, 1, recovered(30)), backup)))
                .contains("primary");
    }

    @Test
    void doesNotGoBackWhereThatIsSwitchedOff() {
        FailoverSettings off = new FailoverSettings(10_000, 5_000, false, 0);
        Endpoint backup = endpoint("backup", 50, 1);
        Endpoint primary = endpoint("primary", 100, 1, recovered(3_000));

        assertThat(leader(tunnel(off, "backup", Optional.empty(), primary, backup)))
                .contains("backup");
        presence.put("backup", Presence.NONE);
        assertThat(leader(tunnel(off, "backup", Optional.empty(), primary, backup)))
                .contains("primary");
    }

    @Test
    void usesOneThatIsHeldBackWhenTheRequestFailedElsewhere() {
        Endpoint backup = endpoint("backup", 50, 1);
        TunnelEndpoints tunnel = tunnel("backup", endpoint("primary", 100, 1, recovered(1)), backup);

        assertThat(chosen(tunnel, "backup")).contains("primary");
    }

    @Test
    void letsAnEqualThatRecoveredShareAtOnceWithoutASwitch() {
        TunnelEndpoints tunnel = tunnel("small", endpoint("large", 100, 99, recovered(1)), endpoint("small", 100, 1));

        assertThat(chosen(tunnel)).contains("large");
        assertThat(leader(tunnel)).contains("small");
    }

    /** R4.4a: a manual pick holds. */
    @Test
    void obeysAPickWhateverPriorityAndHealthSay() {
        TunnelEndpoints tunnel = tunnel(
                SETTINGS,
                "first",
                Optional.of("second"),
                endpoint("first", 100, 1),
                endpoint("second", 50, 1, unhealthy(3)));

        assertThat(chosen(tunnel)).contains("second");
        assertThat(leader(tunnel)).contains("second");
        assertThat(chosen(tunnel, "second")).contains("first");
        presence.put("second", Presence.NONE);
        assertThat(leader(tunnel)).contains("first");
    }
}
