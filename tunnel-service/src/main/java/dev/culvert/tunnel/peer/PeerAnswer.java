package dev.culvert.tunnel.peer;

import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waits for the other replica's word whether it has an agent; what comes after it is the agent's answer. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class PeerAnswer extends ChannelInboundHandlerAdapter {
    private final ChannelHandler answer;
    private final Consumer<Http2StreamChannel> accepted;
    private final Consumer<PeerOutcome> refused;
    private boolean decided;

    /**
     * @param answer takes this handler's place in the stream once the request is accepted
     * @param accepted told on the loop of the stream, at most one of the two and once
     */
    PeerAnswer(ChannelHandler answer, Consumer<Http2StreamChannel> accepted, Consumer<PeerOutcome> refused) {
        this.answer = answer;
        this.accepted = accepted;
        this.refused = refused;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        boolean yes = frame instanceof Http2HeadersFrame head
                && PeerProtocol.ACCEPTED.contentEquals(head.headers().status());
        PeerOutcome no = yes ? PeerOutcome.ACCEPTED : reason(frame);
        ReferenceCountUtil.release(frame);
        if (decided) {
            return;
        }
        decided = true;
        if (yes) {
            ctx.pipeline().replace(this, null, answer);
            accepted.accept((Http2StreamChannel) ctx.channel());
        } else {
            refused.accept(no);
            ctx.close();
        }
    }

    private static PeerOutcome reason(Object frame) {
        CharSequence why =
                frame instanceof Http2HeadersFrame head ? head.headers().get(TunnelProtocol.FAILURE_HEADER) : null;
        if (is(why, PeerProtocol.BUSY)) {
            return PeerOutcome.BUSY;
        }
        return is(why, PeerProtocol.NOT_ADMITTED) ? PeerOutcome.NOT_ADMITTED : PeerOutcome.NOT_HERE;
    }

    private static boolean is(@Nullable CharSequence word, AsciiString expected) {
        return word != null && expected.contentEquals(word);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // A reset is followed by the end of the stream, which says all.
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!decided) {
            decided = true;
            refused.accept(PeerOutcome.LOST);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
