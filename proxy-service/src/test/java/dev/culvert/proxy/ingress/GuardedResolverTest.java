package dev.culvert.proxy.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.platform.outbound.AddressGuard;
import dev.culvert.platform.outbound.RefusedAddressException;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuardedResolverTest {
    private final EventExecutor executor = new DefaultEventExecutor();

    @AfterEach
    void stop() {
        executor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private Future<List<InetSocketAddress>> resolve(InetSocketAddress target, String... allowed) {
        try (GuardedResolver resolver = new GuardedResolver(new AddressGuard(List.of(allowed)))) {
            return resolver.getResolver(executor).resolveAll(target).awaitUninterruptibly();
        }
    }

    @Test
    void refusesANameOfASpecialAddress() {
        Future<List<InetSocketAddress>> answer = resolve(InetSocketAddress.createUnresolved("localhost", 80));

        assertThat(answer.cause()).isInstanceOf(RefusedAddressException.class);
    }

    @Test
    void refusesASpecialAddressThatNeedsNoResolving() {
        Future<List<InetSocketAddress>> answer = resolve(new InetSocketAddress("127.0.0.1", 80));

        assertThat(answer.cause()).isInstanceOf(RefusedAddressException.class);
    }

    @Test
    void answersTheCheckedAddressesOfAnAllowedName() {
        Future<List<InetSocketAddress>> answer =
                resolve(InetSocketAddress.createUnresolved("localhost", 80), "127.0.0.0/8", "::1");

        assertThat(answer.getNow()).isNotEmpty().allSatisfy(address -> {
            assertThat(address.isUnresolved()).isFalse();
            assertThat(address.getAddress().isLoopbackAddress()).isTrue();
            assertThat(address.getPort()).isEqualTo(80);
        });
    }
}
