package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
    private final MemoryBudget memory = new MemoryBudget(1_000_000);
    private final Account account = new Account(_ -> {});
    private final RequestBody body = new RequestBody(account, memory);
    private final EmbeddedChannel first = new EmbeddedChannel();
    private final EmbeddedChannel second = new EmbeddedChannel();

    @AfterEach
    void end() {
        body.release();
        first.finishAndReleaseAll();
        second.finishAndReleaseAll();
        assertThat(memory.reservedBytes()).isZero();
    }

    private static Http2DataFrame frame(String text) {
        return new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), false);
    }

    private static String sentTo(EmbeddedChannel stream) {
        stream.flush();
        StringBuilder text = new StringBuilder();
        Http2DataFrame frame;
        while ((frame = stream.readOutbound()) != null) {
            ByteBuf content = frame.content();
            text.append(content.toString(StandardCharsets.US_ASCII));
            frame.release();
        }
        return text.toString();
    }

    @Test
    void sendsAllOfItOnceMoreWhileItIsSmall() {
        body.keep();
        body.add(frame("one "));
        body.flowInto(first);
        body.send(frame("two "), first);
        assertThat(sentTo(first)).isEqualTo("one two ");

        assertThat(body.rewind()).isTrue();
        body.add(frame("three"));
        body.flowInto(second);

        assertThat(sentTo(second)).isEqualTo("one two three");
    }

    @Test
    void keepsNothingUnlessAsked() {
        body.send(frame("one"), first);

        assertThat(sentTo(first)).isEqualTo("one");
        assertThat(body.rewind()).isFalse();
    }

    @Test
    void canBeRewoundBeforeAnythingWasSent() {
        body.add(frame("one"));

        assertThat(body.rewind()).isTrue();
        body.flowInto(first);
        assertThat(sentTo(first)).isEqualTo("one");
    }

    @Test
    void givesUpWhatIsLarge() {
        body.keep();
        assertThat(memory.reservedBytes()).isPositive();

        body.send(frame("x".repeat(60_000)), first);
        body.send(frame("x".repeat(6_000)), first);

        assertThat(body.rewind()).isFalse();
        assertThat(memory.reservedBytes()).isZero();
    }

    @Test
    void forgetsWhenTheAnswerBegins() {
        body.keep();
        body.send(frame("one"), first);

        body.forget();

        assertThat(body.rewind()).isFalse();
    }
}
