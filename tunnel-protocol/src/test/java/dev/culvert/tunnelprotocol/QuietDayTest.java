package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both ends of a link with the times that are set by default, and a clock that a test moves. */
@SuppressWarnings("FutureReturnValueIgnored")
class QuietDayTest {
    private static final int LARGEST_FRAME = 65_536;

    private final MockTicker clock = Ticker.newMockTicker();
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
    private final List<String> ends = new ArrayList<>();
    private final Hearing atTheAgent = new Hearing();
    private final Hearing atTheCaller = new Hearing();
    private long passedBytes;
    private EmbeddedChannel agentEnd;
    private EmbeddedChannel serviceEnd;
    private Link service;

    @BeforeEach
    void connect() {
        agentEnd = end(new WebSocket13FrameDecoder(false, false, LARGEST_FRAME), new WebSocket13FrameEncoder(true));
        serviceEnd = end(new MaskedFrameDecoder(LARGEST_FRAME), new WebSocket13FrameEncoder(false));
        service = Link.asService(serviceEnd, LinkSettings.DEFAULTS, noting("service"));
        Link.asAgent(agentEnd, LinkSettings.DEFAULTS, noting("agent"), new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(atTheAgent);
            }
        });
        pass();
    }

    @AfterEach
    void close() {
        serviceEnd.finishAndReleaseAll();
        agentEnd.finishAndReleaseAll();
    }

    private EmbeddedChannel end(ChannelHandler... handlers) {
        EmbeddedChannel end =
                EmbeddedChannel.builder().ticker(clock).handlers(handlers).build();
        end.config().setAllocator(memory);
        return end;
    }

    private LinkListener noting(String who) {
        return new LinkListener() {
            @Override
            public void onReady(Link link) {
                // Seen by its being usable.
            }

            @Override
            public void onGoAway(Link link, Optional<CloseReason> reason) {
                ends.add(who + " was asked to go: " + reason);
            }

            @Override
            public void onClosed(Link link, LinkEnd end) {
                ends.add(who + " lost the link: " + end);
            }
        };
    }

    /** Carries what either end has to say until both are silent. */
    private void pass() {
        boolean said = true;
        while (said) {
            said = carry(agentEnd, serviceEnd) | carry(serviceEnd, agentEnd);
        }
    }

    private boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        ByteBuf bytes = from.readOutbound();
        boolean said = bytes != null;
        while (bytes != null) {
            passedBytes += bytes.readableBytes();
            to.writeInbound(bytes);
            bytes = from.readOutbound();
        }
        return said;
    }

    private void quietFor(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            clock.advance(1, TimeUnit.SECONDS);
            serviceEnd.runScheduledPendingTasks();
            agentEnd.runScheduledPendingTasks();
            pass();
        }
    }

    /** Fault 26: a WebSocket through the tunnel on which nobody says anything for 24 hours. */
    @Test
    void aWebSocketThatSaysNothingForADayStillCarriesMessagesBothWays() {
        Http2StreamChannel control = open(new Hearing());
        Http2StreamChannel webSocket = open(atTheCaller);
        say(webSocket, "before");
        say(atTheAgent.stream(), "answer");
        quietFor(Duration.ofMinutes(1));
        long heldBytes = heldBytes();
        passedBytes = 0;

        quietFor(Duration.ofHours(24));

        assertThat(ends).isEmpty();
        assertThat(service.usable()).isTrue();
        assertThat(service.suspect()).isFalse();
        assertThat(service.openStreams()).isEqualTo(2);
        assertThat(heldBytes()).as("nothing piles up").isEqualTo(heldBytes);
        assertThat(passedBytes)
                .as("each end asks once a second or two, in few bytes")
                .isBetween(TimeUnit.HOURS.toSeconds(24), 100 * TimeUnit.HOURS.toSeconds(24));
        say(webSocket, "after");
        say(atTheAgent.stream(), "still here");
        assertThat(atTheAgent.heard).containsExactly("before", "after");
        assertThat(atTheCaller.heard).containsExactly("answer", "still here");
        assertThat(control.isActive()).isTrue();
    }

    /** The same clock, so that the day above means something. */
    @Test
    void aPeerThatIsSilentForElevenSecondsIsGivenUp() {
        open(new Hearing());
        open(atTheCaller);

        for (int second = 0; second < 15; second++) {
            clock.advance(1, TimeUnit.SECONDS);
            serviceEnd.runScheduledPendingTasks();
        }

        assertThat(ends).containsExactly("service lost the link: SILENT");
    }

    private Http2StreamChannel open(ChannelHandler handler) {
        var opened = service.open(handler);
        pass();
        Http2StreamChannel stream = opened.getNow();
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers()
                .method("CONNECT")
                .scheme("http")
                .authority("tunnel")
                .path("/")
                .add(":protocol", "websocket")));
        pass();
        return stream;
    }

    private void say(Channel stream, String text) {
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
        pass();
    }

    private long heldBytes() {
        return memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
    }

    /** Keeps what comes on the stream that was opened last; answers a head with one. */
    @ChannelHandler.Sharable
    private static final class Hearing extends ChannelInboundHandlerAdapter {
        final List<String> heard = new ArrayList<>();
        private Channel stream;

        Channel stream() {
            return stream;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame head && head.headers().method() != null) {
                stream = ctx.channel();
                ctx.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
            } else if (message instanceof Http2DataFrame data) {
                heard.add(data.content().toString(StandardCharsets.UTF_8));
            }
            ReferenceCountUtil.release(message);
        }
    }
}
