package dev.culvert.agent.forward;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The way to a local service that speaks HTTP/2, with prior knowledge or by ALPN over TLS: one connection for each event
 * loop, one stream for each request. A stream is made to look like a connection of HTTP/1.1 with a single request, so that
 * {@link ForwardedStream} has one way to forward.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class Http2Origin {
    private static final int STREAM_WINDOW_BYTES = 1024 * 1024;
    private static final int MAX_HEADER_LIST_BYTES = 256 * 1024;
    private static final WriteBufferWaterMark STREAM_WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private final Origins origins;
    private final Bootstrap bootstrap;
    private final EventLoop eventLoop;
    private @Nullable Future<Channel> connection;

    Http2Origin(Origins origins, Bootstrap bootstrap, EventLoop eventLoop) {
        this.origins = origins;
        this.eventLoop = eventLoop;
        this.bootstrap = bootstrap.handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                assemble(channel);
            }
        });
    }

    /** The pipeline of the connection, from the socket up. */
    private void assemble(Channel channel) {
        Target target = origins.target();
        if (target.tls() != null) {
            channel.pipeline().addLast("tls", tls(target.tls(), target, channel));
        }
        channel.pipeline()
                .addLast(
                        "http2",
                        Http2FrameCodecBuilder.forClient()
                                .initialSettings(Http2Settings.defaultSettings()
                                        .pushEnabled(false)
                                        .initialWindowSize(STREAM_WINDOW_BYTES)
                                        .maxHeaderListSize(MAX_HEADER_LIST_BYTES))
                                // More requests than the service takes at once wait here, as they would in its backlog.
                                .encoderEnforceMaxConcurrentStreams(true)
                                .build());
        channel.pipeline().addLast("streams", new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
        channel.pipeline().addLast("ends", new Ends());
    }

    /** The target's own TLS, with HTTP/2 as the only protocol that is offered. */
    private static SslHandler tls(SslContext context, Target target, Channel channel) {
        SslHandler handler = context.newHandler(channel.alloc(), target.host(), target.port());
        SSLParameters offered = handler.engine().getSSLParameters();
        offered.setApplicationProtocols(new String[] {ApplicationProtocolNames.HTTP_2});
        handler.engine().setSSLParameters(offered);
        return handler;
    }

    /** A stream for one request. */
    Future<OriginConnection> open() {
        Promise<OriginConnection> opened = eventLoop.newPromise();
        Future<Channel> used = connection();
        used.addListener(connected -> {
            if (connected.isSuccess()) {
                open((Channel) connected.getNow(), opened);
            } else {
                if (used.equals(connection)) { // another request may have dialled anew since
                    connection = null;
                }
                opened.setFailure(connected.cause());
            }
        });
        return opened;
    }

    private Future<Channel> connection() {
        Future<Channel> known = connection;
        if (known == null) {
            known = origins.dial(bootstrap);
            connection = known;
        }
        return known;
    }

    private void open(Channel channel, Promise<OriginConnection> opened) {
        new Http2StreamChannelBootstrap(channel)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, STREAM_WATER_MARK)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast("http", new Http2StreamFrameToHttpObjectCodec(false));
                        stream.pipeline().addLast("origin", new OriginConnection(stream, origins, false));
                    }
                })
                .open()
                .addListener(stream -> {
                    if (stream.isSuccess()) {
                        Channel open = (Channel) stream.getNow();
                        opened.setSuccess(open.pipeline().get(OriginConnection.class));
                    } else {
                        opened.setFailure(stream.cause());
                    }
                });
    }

    private void forget(Channel channel) {
        Future<Channel> known = connection;
        if (known != null
                && known.isSuccess()
                && channel.equals(known.getNow())) { // and not the one that came after it
            connection = null;
        }
    }

    /** Forgets the connection when it ends, or when the service wants no more requests on it. */
    private final class Ends extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            if (frame instanceof Http2GoAwayFrame) {
                forget(ctx.channel());
            }
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            forget(ctx.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Not HTTP/2, or reset: its streams learn of it by the close.
            ctx.close();
        }
    }
}
