package dev.culvert.tunnel.peer;

import dev.culvert.tunnelprotocol.BackPressure;
import dev.culvert.tunnelprotocol.LinkLoss;
import dev.culvert.tunnelprotocol.MemoryBudget;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import dev.culvert.tunnelprotocol.WindowGrowth;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a request between two streams: every frame as it is, reading only while the other side has room. Two of
 * them, one on each stream, make a hop. Works on the loop of the stream it reads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class FrameRelay extends ChannelInboundHandlerAdapter {
    /** Where the frames come from. */
    enum From {
        /** The other replica, on behalf of a caller: a reset means that nobody waits, and overtakes everything. */
        PEER,
        /** The agent: what it sent before a reset is the caller's. */
        AGENT
    }

    private final From from;
    private final Channel to;
    private final int windowBytes;
    private final MemoryBudget memory;
    private @Nullable WindowGrowth growth;
    private @Nullable LinkLoss linkLoss;
    private @Nullable ChannelFuture lastWrite;
    private boolean ended;
    private boolean wasReset;

    /**
     * @param ended whether the end of this direction has passed before
     */
    FrameRelay(From from, Channel to, boolean ended, int windowBytes, MemoryBudget memory) {
        this.from = from;
        this.to = to;
        this.ended = ended;
        this.windowBytes = windowBytes;
        this.memory = memory;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        growth = new WindowGrowth((Http2StreamChannel) ctx.channel(), windowBytes, memory);
        if (from == From.PEER) {
            linkLoss = new LinkLoss(ctx.channel());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        switch (frame) {
            case Http2HeadersFrame head -> {
                ended = head.isEndStream();
                write(new DefaultHttp2HeadersFrame(head.headers(), ended));
            }
            case Http2DataFrame data -> {
                ended = data.isEndStream();
                WindowGrowth window = growth;
                if (window != null && !ended) {
                    window.passed(data.content().readableBytes());
                }
                write(new DefaultHttp2DataFrame(data.content(), ended));
            }
            default -> ReferenceCountUtil.release(frame);
        }
    }

    /** The end at once: a stream that is over is told of no complete reading any more. */
    private void write(Http2StreamFrame frame) {
        lastWrite = ended ? to.writeAndFlush(frame) : to.write(frame);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        to.flush();
        LinkLoss loss = linkLoss;
        if (loss == null) {
            BackPressure.pauseIfFull(ctx.channel(), to);
        } else {
            loss.pauseIfFull(to);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        BackPressure.resumeIfRoom(to, ctx.channel());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            ended = true;
            wasReset = true;
            resetOther(Http2Error.valueOf(reset.errorCode()));
            if (from == From.PEER) {
                // It may not be reading, and then it would keep what nobody wants any more.
                ctx.close();
            }
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        WindowGrowth window = growth;
        if (window != null) {
            window.ended();
        }
        LinkLoss loss = linkLoss;
        if (loss != null) {
            loss.forget();
        }
        if (from == From.PEER && !wasReset) {
            // Either all is over, or the other replica is gone; whether its caller is gone as well nobody knows.
            if (to.isActive()) {
                writeReset(TunnelProtocol.WAY_LOST);
            }
            return;
        }
        if (ended) {
            return;
        }
        ended = true;
        if (lastWrite == null) {
            to.writeAndFlush(new DefaultHttp2HeadersFrame(
                            new DefaultHttp2Headers()
                                    .status(HttpResponseStatus.BAD_GATEWAY.codeAsText())
                                    .set(TunnelProtocol.FAILURE_HEADER, PeerProtocol.AGENT_LOST),
                            true))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            resetOther(TunnelProtocol.WAY_LOST);
        }
    }

    private void resetOther(Http2Error error) {
        ChannelFuture last = lastWrite;
        if (from == From.PEER || last == null) {
            writeReset(error);
        } else {
            to.flush();
            last.addListener(_ -> writeReset(error));
        }
    }

    private void writeReset(Http2Error error) {
        to.writeAndFlush(new DefaultHttp2ResetFrame(error)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
