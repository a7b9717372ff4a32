package dev.culvert.tunnel.inspector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.inspector.Timeline.Chunk;
import dev.culvert.tunnel.session.TrafficMeter.Course;
import dev.culvert.tunnel.session.TrafficMeter.Hops;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CapturesTest {
    private static final UUID TUNNEL = UUID.randomUUID();
    private static final int MEGABYTE = 1 << 20;

    @Test
    void keepsTheLatestOfEachTunnel() {
        Captures captures = new Captures(3, MEGABYTE);
        List<CapturedRequest> five = List.of(
                request(TUNNEL, 0), request(TUNNEL, 0), request(TUNNEL, 0), request(TUNNEL, 0), request(TUNNEL, 0));

        five.forEach(captures::add);

        assertThat(captures.of(TUNNEL)).containsExactly(five.get(4), five.get(3), five.get(2));
        assertThat(captures.find(TUNNEL, five.get(0).id())).isEmpty();
        assertThat(captures.find(UUID.randomUUID(), five.get(4).id())).isEmpty();
    }

    @Test
    void neverTakesMoreMemoryThanItsShareWhateverComes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Captures captures = new Captures(1_000, MEGABYTE);

        for (int i = 0; i < 2_000; i++) {
            captures.add(request(random.nextBoolean() ? TUNNEL : UUID.randomUUID(), random.nextInt(100_000)));

            assertThat(captures.bytes()).as("seed %d", seed).isBetween(0L, MEGABYTE * 3L / 4);
        }
        captures.clear(TUNNEL);
        assertThat(captures.of(TUNNEL)).isEmpty();
    }

    @Test
    void copiesTheBeginningOfABodyAndNeverKeepsABuffer() {
        CaptureMemory memory = new CaptureMemory(MEGABYTE);
        BodyCopy copy = new BodyCopy(memory, 5_000);
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(4_000).writeZero(4_000);

        copy.add(buffer);
        copy.add(buffer);

        assertThat(buffer.readableBytes()).isEqualTo(4_000);
        assertThat(buffer.refCnt()).isEqualTo(1);
        buffer.release();
        CapturedBody body = copy.take();
        assertThat(body.size()).isEqualTo(8_000);
        assertThat(body.kept()).hasSize(5_000);
        assertThat(body.isWhole()).isFalse();
        assertThat(memory.takenBytes()).isZero();
    }

    @Test
    void stopsCopyingWhenThereIsNoRoomAndGoesOnCounting() {
        CaptureMemory memory = new CaptureMemory(4 * 4_096);
        BodyCopy first = new BodyCopy(memory, MEGABYTE);
        BodyCopy second = new BodyCopy(memory, MEGABYTE);

        first.add(Unpooled.wrappedBuffer(new byte[4_000]));
        second.add(Unpooled.wrappedBuffer(new byte[4_000]));

        assertThat(first.take().isWhole()).isTrue();
        CapturedBody refused = second.take();
        assertThat(refused.size()).isEqualTo(4_000);
        assertThat(refused.kept()).isEmpty();
        assertThat(memory.takenBytes()).isZero();
    }

    /** Thousands of streams with hundreds of pieces each would be more than all that is kept. */
    @Test
    void keepsTheTimesOfPiecesOnlyWhileThereIsRoom() {
        CaptureMemory memory = new CaptureMemory(4 * 64 * CapturedRequest.BYTES_PER_CHUNK);
        Timeline first = new Timeline(memory, 1_000);
        Timeline second = new Timeline(memory, 40);

        for (int i = 0; i < 100; i++) {
            first.add(new Chunk("out", i, 1));
            second.add(new Chunk("out", i, 1));
        }

        assertThat(memory.takenBytes()).isEqualTo(64L * CapturedRequest.BYTES_PER_CHUNK);
        assertThat(first.take()).hasSize(32);
        assertThat(second.take()).hasSize(32);
        assertThat(memory.takenBytes()).isZero();
        first.add(new Chunk("out", 101, 1));
        assertThat(first.take()).isEmpty();
        assertThat(memory.takenBytes()).isZero();

        Timeline third = new Timeline(memory, 40);
        for (int i = 0; i < 100; i++) {
            third.add(new Chunk("out", i, 1));
        }
        assertThat(third.take()).hasSize(40);
    }

    private static CapturedRequest request(UUID tunnel, int bodyBytes) {
        Course course = new Course(
                UUID.randomUUID(),
                "c",
                "/",
                Protocol.HTTP_1_1,
                Optional.empty(),
                Optional.empty(),
                new Hops(Duration.ZERO, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
        Traffic traffic = new Traffic(
                tunnel,
                UUID.randomUUID(),
                UUID.randomUUID(),
                "GET",
                200,
                0,
                bodyBytes,
                Instant.now(),
                Duration.ZERO,
                Outcome.COMPLETED,
                course);
        return new CapturedRequest(
                traffic,
                "/",
                List.of(),
                CapturedBody.NONE,
                List.of(),
                new CapturedBody(bodyBytes, new byte[bodyBytes]),
                List.of());
    }
}
