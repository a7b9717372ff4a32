package dev.culvert.tunnel.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WaitingRoomTest {
    private final ScheduledThreadPoolExecutor loop = new ScheduledThreadPoolExecutor(1);
    private final WaitingRoom room = new WaitingRoom();
    private final UUID tunnel = UUID.randomUUID();
    private final CompletableFuture<String> called = new CompletableFuture<>();

    @BeforeEach
    void forgetWhatIsCancelled() {
        loop.setRemoveOnCancelPolicy(true); // as event loops do
    }

    @AfterEach
    void stop() {
        loop.shutdownNow();
    }

    @Test
    void callsWhoWaits() throws Exception {
        room.enter(tunnel, loop, Duration.ofMinutes(1), () -> called.complete("in"));
        assertThat(room.size(tunnel)).isEqualTo(1);

        room.call(tunnel);

        assertThat(called.get(30, TimeUnit.SECONDS)).isEqualTo("in");
        assertThat(room.size(tunnel)).isZero();
    }

    @Test
    void callsAtTheEndOfTheTime() throws Exception {
        room.enter(tunnel, loop, Duration.ofMillis(1), () -> called.complete("over"));

        assertThat(called.get(30, TimeUnit.SECONDS)).isEqualTo("over");
        assertThat(room.size(tunnel)).isZero();
    }

    /** Callers who come and leave would otherwise fill the memory with requests that nobody waits for. */
    @Test
    void keepsNothingOfWhoHasLeft() {
        Runnable leave = room.enter(tunnel, loop, Duration.ofMinutes(1), () -> called.complete("in"));

        leave.run();
        leave.run();

        assertThat(room.size(tunnel)).isZero();
        assertThat(loop.getQueue()).isEmpty();
        room.call(tunnel);
        assertThat(called).isNotDone();
    }
}
