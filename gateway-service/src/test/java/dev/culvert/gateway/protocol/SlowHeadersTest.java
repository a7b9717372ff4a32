package dev.culvert.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** X-11 for HTTP/2. */
class SlowHeadersTest {
    private static final int PATIENCE_SECONDS = 10;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    private static final int PREFACE = 24;

    private final EmbeddedChannel channel =
            new EmbeddedChannel(new SlowHeaders(Duration.ofSeconds(PATIENCE_SECONDS), PREFACE));

    SlowHeadersTest() {
        channel.freezeTime();
        read(Unpooled.wrappedBuffer(new byte[PREFACE]));
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    @Test
    void letsWholeHeadersAndSlowBodiesPass() {
        read(frame(HEADERS, END_HEADERS, 20));
        read(frame(DATA, 0, 1000).readSlice(15));

        pass(2 * PATIENCE_SECONDS);

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void endsAConnectionWhoseHeadersStopInTheMiddleOfAFrame() {
        read(frame(HEADERS, END_HEADERS, 20).readSlice(15));

        pass(PATIENCE_SECONDS - 1);
        assertThat(channel.isOpen()).isTrue();
        pass(1);

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void doesNotTakeOneByteNowAndThenForProgress() {
        ByteBuf first = frame(HEADERS, 0, 4);
        ByteBuf second = frame(CONTINUATION, 0, 100);
        read(first);
        while (channel.isOpen() && second.isReadable()) {
            read(second.readSlice(1));
            pass(1);
        }

        assertThat(second.readerIndex()).isEqualTo(PATIENCE_SECONDS);
    }

    @Test
    void givesEachHeadersTheirOwnTime() {
        ByteBuf frames = Unpooled.buffer();
        for (int i = 0; i < 5; i++) {
            frames.writeBytes(frame(HEADERS, END_HEADERS, 30));
        }
        while (frames.isReadable()) {
            read(frames.readSlice(Math.min(25, frames.readableBytes())));
            pass(PATIENCE_SECONDS / 3);
        }

        assertThat(channel.isOpen()).isTrue();
    }

    private void read(ByteBuf bytes) {
        channel.writeInbound(bytes.retainedDuplicate());
    }

    private void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    private static ByteBuf frame(int type, int flags, int length) {
        return Unpooled.buffer()
                .writeMedium(length)
                .writeByte(type)
                .writeByte(flags)
                .writeInt(1)
                .writeZero(length);
    }
}
