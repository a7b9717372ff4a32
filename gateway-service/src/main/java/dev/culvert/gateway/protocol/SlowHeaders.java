package dev.culvert.gateway.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an HTTP/2 connection whose client begins headers and does not come to their end (requirement X-11). The codec behind
 * tells nothing of headers before they are complete, and one byte now and then would keep the connection from being idle. So
 * this follows the frames (RFC 9113 §4.1) from one to the next by their nine bytes, without a look at what is in them. Lives on
 * the connection's event loop.
 */
final class SlowHeaders extends ChannelInboundHandlerAdapter {
    private static final int FRAME_HEAD = 9;
    private static final int TYPE = 3;
    private static final int FLAGS = 4;

    private final Duration patience;
    private final byte[] head = new byte[FRAME_HEAD];
    private int headBytes;
    private int payloadLeft;
    private boolean inHeaders;
    private boolean lastOfHeaders;
    private boolean ended;
    private @Nullable ScheduledFuture<?> waiting;

    /**
     * @param before how many bytes come before the first frame
     */
    SlowHeaders(Duration patience, int before) {
        this.patience = patience;
        this.payloadLeft = before;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            follow(bytes);
            watch(context);
        }
        context.fireChannelRead(message);
    }

    private void follow(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (payloadLeft > 0) {
                int part = Math.min(payloadLeft, end - at);
                at += part;
                payloadLeft -= part;
            } else {
                head[headBytes++] = bytes.getByte(at++);
                if (headBytes < FRAME_HEAD) {
                    continue;
                }
                begin();
            }
            if (payloadLeft == 0 && lastOfHeaders) {
                inHeaders = false;
                lastOfHeaders = false;
                ended = true;
            }
        }
    }

    private void begin() {
        headBytes = 0;
        payloadLeft = ((head[0] & 0xff) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
        if (head[TYPE] == Http2FrameTypes.HEADERS || head[TYPE] == Http2FrameTypes.CONTINUATION) {
            inHeaders = true;
            lastOfHeaders = (head[FLAGS] & Http2Flags.END_HEADERS) != 0;
        }
    }

    private void watch(ChannelHandlerContext context) {
        if (ended) {
            ended = false;
            stopWaiting(); // those that have begun since have their own time
        }
        if (inHeaders && waiting == null) {
            waiting = context.executor().schedule(() -> giveUp(context), patience.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void stopWaiting() {
        ScheduledFuture<?> timer = waiting;
        if (timer != null) {
            timer.cancel(false);
            waiting = null;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closed either way
    private static void giveUp(ChannelHandlerContext context) {
        context.channel().writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM));
        context.close(); // below HTTP/2, which would wait for its streams
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopWaiting();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stopWaiting();
    }
}
