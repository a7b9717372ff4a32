package dev.culvert.gateway.protocol;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;

/**
 * The window of a whole HTTP/2 connection (RFC 9113 §6.9). It begins with 64 KB, whatever the settings say: one stream whose
 * reader pauses would stop all others with it.
 */
public final class Http2Windows {
    private Http2Windows() {}

    /** Lets the other side send more; on the event loop of a connection that is active. */
    @SuppressWarnings("FutureReturnValueIgnored") // a connection that broke is closed by the codec
    static void open(Channel connection, long bytes) {
        if (bytes > 0) {
            connection.writeAndFlush(new DefaultHttp2WindowUpdateFrame(Math.toIntExact(bytes)));
        }
    }

    /**
     * Gives a connection to a service a window, once it is active, in which all its streams find room at the same time.
     *
     * @param connection just made; left alone when it does not speak HTTP/2
     */
    public static void openForAll(Channel connection, int streams, long streamWindow) {
        ChannelHandlerContext codec = connection.pipeline().context(Http2FrameCodec.class);
        if (codec != null) {
            long window = Math.min(Integer.MAX_VALUE, streams * streamWindow);
            connection.pipeline().addAfter(codec.name(), "culvert.window", new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext context) {
                    open(context.channel(), window - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
                    context.fireChannelActive();
                    context.pipeline().remove(this);
                }
            });
        }
    }
}
