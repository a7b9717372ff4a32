package dev.culvert.agent.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.account.TunnelAccount.Outcome;
import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Server;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code up} and {@code login} ask of the gateway goes the way their agents go. */
class TunnelAccountTest {
    private static final Server GATEWAY = Server.parse(TestingProxy.GATEWAY);

    @Test
    void makesATunnelThroughTheProxy() throws Exception {
        try (var proxy = new TestingProxy(201, "{}")) {
            Outcome outcome = new TunnelAccount(GATEWAY, "cvt_x", Optional.of(proxy.proxy())).ensure("box", "a box");

            assertThat(outcome).isInstanceOf(Outcome.Created.class);
            assertThat(proxy.passed()).containsExactly("POST " + TestingProxy.GATEWAY + "/api/v1/tunnels");
        }
    }

    @Test
    void looksAtAKeyThroughTheProxy() throws Exception {
        try (var proxy = new TestingProxy(401, "{}")) {
            assertThat(new TunnelAccount(GATEWAY, "cvt_x", Optional.of(proxy.proxy()))
                            .ask()
                            .status())
                    .isEqualTo(401);

            assertThat(proxy.passed()).containsExactly("GET " + TestingProxy.GATEWAY + "/api/v1/tunnels?limit=1");
        }
    }

    @Test
    void doesWithoutAProxyThatHasAnotherPassword() throws Exception {
        try (var proxy = new TestingProxy(201, "{}")) {
            HttpProxy stranger = HttpProxy.parse(proxy.address().replace("secret", "guessed"));

            Outcome outcome = new TunnelAccount(GATEWAY, "cvt_x", Optional.of(stranger)).ensure("box", "a box");

            assertThat(outcome).isInstanceOfAny(Outcome.Unreachable.class, Outcome.NotAGateway.class);
            assertThat(proxy.passed()).isEmpty();
        }
    }
}
