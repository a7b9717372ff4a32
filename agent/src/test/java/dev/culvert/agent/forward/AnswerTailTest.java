package dev.culvert.agent.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Answers that go on, the part of the agent: what is read back is what was written, or it is not there. */
class AnswerTailTest {
    private final MemoryBudget memory = new MemoryBudget(8L << 20);

    @Test
    void givesBackWhatWasAddedFromAnyOffsetItReachesBackTo() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            AnswerTail tail = tail(random.nextBoolean() ? -1 : random.nextInt(1, 100_000));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = random.nextInt(100); i >= 0; i--) {
                byte[] piece = new byte[random.nextInt(random.nextInt(10) == 0 ? 300_000 : 2_000)];
                random.nextBytes(piece);
                add(tail, piece);
                all.writeBytes(piece);
            }

            byte[] expected = all.toByteArray();
            int from = random.nextInt(expected.length + 1);
            if (tail.reachesBackTo(from)) {
                assertThat(read(tail, from))
                        .as("seed %d, from %d of %d", seed, from, expected.length)
                        .isEqualTo(Arrays.copyOfRange(expected, from, expected.length));
            } else {
                assertThat(expected.length - from).as("seed %d", seed).isGreaterThan(AnswerTail.MOST_BYTES / 2);
            }
            tail.release();
        }
        assertThat(memory.reservedBytes()).isZero();
    }

    @Test
    void forgetsTheOldestBytesBeyondAMebibyte() {
        AnswerTail tail = tail(-1);

        add(tail, new byte[AnswerTail.MOST_BYTES + 10]);

        assertThat(tail.reachesBackTo(9)).isFalse();
        assertThat(tail.reachesBackTo(10)).isTrue();
        assertThat(tail.reachesBackTo(AnswerTail.MOST_BYTES + 11)).isFalse();
    }

    @Test
    void keepsLessWhereMemoryIsShort() {
        MemoryBudget little = new MemoryBudget(4096);
        AnswerTail tail = Objects.requireNonNull(AnswerTail.begin(little, -1));

        add(tail, new byte[3000]);
        add(tail, new byte[3000]);

        assertThat(little.reservedBytes()).isEqualTo(4096);
        assertThat(tail.reachesBackTo(6000 - 4096)).isTrue();
        assertThat(tail.reachesBackTo(6000 - 4097)).isFalse();
        assertThat(AnswerTail.begin(little, -1)).isNull();
    }

    @Test
    void hasNothingLeftOnceReleased() {
        AnswerTail tail = tail(-1);
        add(tail, new byte[10]);

        tail.release();
        tail.release();

        assertThat(tail.reachesBackTo(10)).isFalse();
        assertThat(memory.reservedBytes()).isZero();
    }

    private AnswerTail tail(long length) {
        return Objects.requireNonNull(AnswerTail.begin(memory, length));
    }

    private static void add(AnswerTail tail, byte[] bytes) {
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        tail.add(buffer);
        assertThat(buffer.readableBytes()).isEqualTo(bytes.length);
    }

    private static byte[] read(AnswerTail tail, long from) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        tail.read(from, piece -> read.writeBytes(ByteBufUtil.getBytes(piece)));
        return read.toByteArray();
    }
}
