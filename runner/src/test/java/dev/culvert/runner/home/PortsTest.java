package dev.culvert.runner.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PortsTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Test
    void namesTheTakenPortAndSaysHowToChooseAnother() throws IOException {
        try (var taken = new ServerSocket(0, 1, LOOPBACK)) {
            var ports = new Ports(Map.of());

            assertThatThrownBy(() ->
                            ports.require("gateway", LOOPBACK, taken.getLocalPort(), "choose another with --port N"))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()))
                    .hasMessageContaining("--port N");
        }
    }

    @Test
    void seesAPortTakenOnAllAddresses() throws IOException {
        try (var taken = new ServerSocket(0)) {
            var ports = new Ports(Map.of());

            assertThatThrownBy(() -> ports.require("gateway", LOOPBACK, taken.getLocalPort(), "stop it"))
                    .isInstanceOf(Refusal.class);
        }
    }

    @Test
    void fallsBackToAFreePortWhenThePreferredOneIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, LOOPBACK)) {
            var ports = new Ports(Map.of()).prefer("kafka", taken.getLocalPort());

            assertThat(ports.chosen().get("kafka")).isPositive().isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void keepsThePortOfTheLastStart() throws IOException {
        int last;
        try (var free = new ServerSocket(0, 1, LOOPBACK)) {
            last = free.getLocalPort();
        }

        assertThat(new Ports(Map.of("auth", last)).free("auth").chosen()).containsEntry("auth", last);
    }

    @Test
    void givesEveryNameAPortOfItsOwn() throws IOException {
        var ports = new Ports(Map.of());
        for (int i = 0; i < 50; i++) {
            ports.free("service-" + i);
        }

        assertThat(new HashSet<>(ports.chosen().values())).hasSize(50);
    }
}
