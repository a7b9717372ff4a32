package dev.culvert.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

class SharedBodyTest {
    private final AtomicInteger wanted = new AtomicInteger();
    private final SharedBody body = new SharedBody(wanted::incrementAndGet);

    @Test
    void givesEverythingToEachReaderHoweverLateItCame() {
        List<String> early = collect();
        arrives(bytes("a"));
        List<String> late = collect();
        arrives(bytes("b"));
        body.complete();

        assertThat(early).containsExactly("a", "b", "end");
        assertThat(late).containsExactly("a", "b", "end");
        assertThat(collect()).containsExactly("a", "b", "end");
        assertThat(body.bytes()).hasValueSatisfying(all -> assertThat(all).isEqualTo(bytes("ab")));
    }

    @Test
    void letsNobodyBeginOnceClosedWhileTheOthersGoOn() {
        List<String> early = collect();
        arrives(bytes("a"));
        body.close();
        arrives(bytes("b"));
        body.fail(new IOException("broke off"));

        assertThat(early).containsExactly("a", "b", "broke off");
        assertThat(body.read(DefaultDataBufferFactory.sharedInstance)).isEmpty();
        assertThat(body.bytes()).isEmpty();
    }

    @Test
    void asksForMoreWhenAReaderHasReadAllAndOnlyThen() {
        Slow reader = new Slow();
        read().subscribe(reader);
        reader.request(1);
        assertThat(wanted).hasValue(1);
        arrives(bytes("a"));
        arrives(bytes("b"));
        assertThat(reader.got).containsExactly("a");
        assertThat(wanted).as("b is waiting").hasValue(1);

        reader.request(2);

        assertThat(reader.got).containsExactly("a", "b");
        assertThat(wanted).hasValue(2);
    }

    @Test
    void cutsOffAReaderWhoWouldFillTheMemory() {
        Slow reader = new Slow();
        read().subscribe(reader);
        byte[] mebibyte = new byte[1024 * 1024];
        for (int i = 0; i < 9; i++) {
            arrives(mebibyte);
        }

        assertThat(reader.got).containsExactly("Reads too slowly to share an answer");
    }

    private Flux<DataBuffer> read() {
        return body.read(DefaultDataBufferFactory.sharedInstance).orElseThrow();
    }

    private List<String> collect() {
        List<String> got = new ArrayList<>();
        read().subscribe(
                        buffer -> got.add(buffer.toString(StandardCharsets.UTF_8)),
                        failure -> got.add(failure.getMessage()),
                        () -> got.add("end"));
        return got;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Slow extends BaseSubscriber<DataBuffer> {
        private final List<String> got = new ArrayList<>();

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // asks when the test says so
        }

        @Override
        protected void hookOnNext(DataBuffer buffer) {
            got.add(buffer.toString(StandardCharsets.UTF_8));
        }

        @Override
        protected void hookOnError(Throwable failure) {
            got.add(failure.getMessage());
        }
    }

    private void arrives(byte[] bytes) {
        body.add(bytes);
        body.passOn();
    }
}
