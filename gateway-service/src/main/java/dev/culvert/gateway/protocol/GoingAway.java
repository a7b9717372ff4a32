package dev.culvert.gateway.protocol;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AttributeKey;

/** Tells clients of HTTP/2 to use another connection, what {@code Connection: close} is in HTTP/1.1. */
public final class GoingAway {
    private static final AttributeKey<Boolean> SAID = AttributeKey.valueOf(GoingAway.class, "said");

    private GoingAway() {}

    /**
     * Sends GOAWAY on the connection of a request, once. Requests that are on their way by then are still answered (RFC 9113
     * §6.8).
     *
     * @param request the channel of a request; nothing happens if it is no stream of HTTP/2
     */
    @SuppressWarnings("FutureReturnValueIgnored") // a connection that broke is closed by the codec
    public static void say(Channel request) {
        if (request instanceof Http2StreamChannel stream
                && stream.parent().attr(SAID).setIfAbsent(true) == null) {
            DefaultHttp2GoAwayFrame frame = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR);
            frame.setExtraStreamIds(Integer.MAX_VALUE);
            stream.parent().writeAndFlush(frame);
        }
    }
}
