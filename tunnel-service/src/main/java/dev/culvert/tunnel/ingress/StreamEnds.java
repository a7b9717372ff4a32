package dev.culvert.tunnel.ingress;

import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;

/** The ways in which a request's stream to an agent ends from this side; from any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class StreamEnds {
    private StreamEnds() {}

    /** Nobody waits for an answer any more. */
    static void cancel(Http2StreamChannel stream) {
        reset(stream, Http2Error.CANCEL);
    }

    static void reset(Http2StreamChannel stream, Http2Error error) {
        stream.writeAndFlush(new DefaultHttp2ResetFrame(error)).addListener(ChannelFutureListener.CLOSE);
    }

    /**
     * The caller's side of a pipe is over; the local service learns it behind all that the caller sent. What it still says is
     * read and thrown away: a stream that waited for room at the caller would hold it for ever, and never end.
     */
    static void endPipe(Http2StreamChannel stream) {
        stream.writeAndFlush(new DefaultHttp2DataFrame(true));
        stream.config().setAutoRead(true);
    }
}
