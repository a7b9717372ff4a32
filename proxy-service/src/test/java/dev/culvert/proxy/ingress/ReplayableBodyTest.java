package dev.culvert.proxy.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;

class ReplayableBodyTest {
    private final List<ByteBuf> given = new ArrayList<>();

    /** A body whose pieces come at once when they are asked for, released by their giver as the server does. */
    private ReplayableBody body(int keepLimit, String... pieces) {
        Flux<ByteBuf> source = Flux.fromStream(Stream.of(pieces))
                .map(piece -> Unpooled.copiedBuffer(piece, StandardCharsets.UTF_8))
                .doOnNext(given::add);
        return new ReplayableBody(source, ImmediateEventExecutor.INSTANCE, keepLimit);
    }

    /** Takes pieces as its test asks for them. */
    private static final class Target implements Subscriber<ByteBuf> {
        private final StringBuilder taken = new StringBuilder();
        private Subscription subscription;
        private String end = "";

        static Target of(ReplayableBody body) {
            Target target = new Target();
            body.forNextTarget().subscribe(target);
            return target;
        }

        Target take(long pieces) {
            subscription.request(pieces);
            return this;
        }

        void fail() {
            subscription.cancel();
        }

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(ByteBuf bytes) {
            taken.append(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
        }

        @Override
        public void onError(Throwable error) {
            end = error.getClass().getSimpleName();
        }

        @Override
        public void onComplete() {
            end = "complete";
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 100})
    void givesTheWholeBodyHoweverMuchIsKept(int keepLimit) {
        Target target = Target.of(body(keepLimit, "ab", "cd", "ef"));

        target.take(1).take(1).take(1);

        assertThat(target.taken).hasToString("abcdef");
        assertThat(target.end).isEqualTo("complete");
    }

    @Test
    void asksForNoMoreThanTheTargetTakes() {
        Target target = Target.of(body(100, "ab", "cd", "ef"));

        target.take(2);

        assertThat(given).hasSize(2);
        assertThat(target.taken).hasToString("abcd");
        assertThat(target.end).isEmpty();
    }

    @Test
    void givesTheNextTargetTheBodyFromItsFirstByte() {
        ReplayableBody body = body(100, "ab", "cd", "ef");
        Target.of(body).take(2).fail();

        Target second = Target.of(body).take(Long.MAX_VALUE);

        assertThat(second.taken).hasToString("abcdef");
        assertThat(second.end).isEqualTo("complete");
        assertThat(body.isSpent()).isFalse();
    }

    @Test
    void givesTheNextTargetABodyOfAnySizeWhenNoneTookOfIt() {
        ReplayableBody body = body(0, "ab", "cd");
        Target.of(body).fail();

        assertThat(Target.of(body).take(Long.MAX_VALUE).taken).hasToString("abcd");
    }

    @Test
    void neverGivesHalfABody() {
        ReplayableBody body = body(3, "ab", "cd", "ef");
        Target.of(body).take(2).fail();

        Target second = Target.of(body).take(Long.MAX_VALUE);

        assertThat(body.isSpent()).isTrue();
        assertThat(second.taken).isEmpty();
        assertThat(second.end).isEqualTo("SpentException");
    }

    @Test
    void givesBackAllMemory() {
        ReplayableBody body = body(3, "ab", "cd", "ef");
        // What the server does after it handed a piece over.
        Target target = Target.of(body).take(2);
        given.forEach(ByteBuf::release);

        target.fail();
        body.close();

        assertThat(given)
                .hasSize(2)
                .allSatisfy(piece -> assertThat(piece.refCnt()).isZero());
    }
}
