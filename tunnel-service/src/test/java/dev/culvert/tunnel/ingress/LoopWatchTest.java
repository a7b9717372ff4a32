package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Failure 32 of the list. */
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a thread that is blocked
class LoopWatchTest {
    private static final Duration BLOCKED = Duration.ofSeconds(1);

    @Test
    void showsAThreadThatIsBlockedWhileItIsAndNotForEver() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        CountDownLatch free = new CountDownLatch(1);
        try {
            LoopWatch watch = new LoopWatch(Duration.ofMillis(50));
            assertThat(watch.delay()).isZero();
            watch.start(loops);

            loops.next().submit(() -> free.await(20, TimeUnit.SECONDS));

            await().until(() -> watch.delay().compareTo(BLOCKED) > 0);
            free.countDown();
            await().until(() -> watch.delay().compareTo(BLOCKED) < 0);
        } finally {
            free.countDown();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
