package dev.culvert.gateway.protocol;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import reactor.netty.NettyPipeline;

/** Completes a connection with TLS once both sides have agreed on an HTTP by ALPN (RFC 7301) and the server has made its pipeline. */
final class Negotiated extends ChannelInboundHandlerAdapter {
    /** Length of the words a client of HTTP/2 begins with (RFC 9113 §3.4). */
    private static final int PREFACE = 24;

    private final ClientProtocols protocols;

    Negotiated(ClientProtocols protocols) {
        this.protocols = protocols;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            if (context.pipeline().get(Http2FrameCodec.class) != null) {
                protocols.http2(context.channel(), PREFACE);
            } else {
                protocols.http1(context.pipeline(), NettyPipeline.HttpCodec);
            }
            context.pipeline().remove(this);
        }
    }
}
