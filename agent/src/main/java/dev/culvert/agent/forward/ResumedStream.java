package dev.culvert.agent.forward;

import dev.culvert.tunnelprotocol.TunnelProtocol;
import dev.culvert.tunnelprotocol.WindowGrowth;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stream over which the rest of an answer goes that began on another link. It only tells the {@link WayToCaller} of that
 * answer, which may live on another event loop, what becomes of this stream.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class ResumedStream extends ChannelInboundHandlerAdapter {
    private static final Pattern OFFSET = Pattern.compile("[0-9]{1,18}");

    private final KeptAnswers kept;
    private final WindowGrowth growth;
    private @Nullable WayToCaller answer;

    ResumedStream(KeptAnswers kept, WindowGrowth growth) {
        this.kept = kept;
        this.growth = growth;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2HeadersFrame head && answer == null) {
            goOn(ctx.channel(), head.headers());
        }
        ReferenceCountUtil.release(frame);
    }

    private void goOn(Channel stream, Http2Headers head) {
        CharSequence key = head.get(TunnelProtocol.RESUME_KEY_HEADER);
        CharSequence from = head.get(TunnelProtocol.RESUME_FROM_HEADER);
        WayToCaller known = key == null ? null : kept.find(key.toString());
        if (known == null || from == null || !OFFSET.matcher(from).matches()) {
            refuse(stream);
            return;
        }
        answer = known;
        known.onLoop(() -> known.goOn(stream, Long.parseLong(from, 0, from.length(), 10)));
    }

    /** Says that there is nothing to go on with. */
    static void refuse(Channel stream) {
        Http2Headers head =
                new DefaultHttp2Headers().status("502").set(TunnelProtocol.FAILURE_HEADER, TunnelProtocol.NOT_KEPT);
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(head, true));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        WayToCaller known = answer;
        if (known != null) {
            known.onLoop(() -> known.onRoom(ctx.channel()));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        WayToCaller known = answer;
        if (event instanceof Http2ResetFrame reset && known != null) {
            Http2Error error = Http2Error.valueOf(reset.errorCode());
            known.onLoop(() -> known.onReset(ctx.channel(), error));
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        growth.ended();
        WayToCaller known = answer;
        if (known != null) {
            known.onLoop(() -> known.onLost(ctx.channel()));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
