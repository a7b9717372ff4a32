package dev.culvert.tunnel.ingress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;

/**
 * Callers in HTTP/2 with prior knowledge, which gRPC needs. Each stream is made to look like a connection of HTTP/1.1 with a
 * single request, so that {@link Exchange} serves both alike, trailers and all.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class Http2Callers {
    private static final int MAX_STREAMS = 256;
    private static final int STREAM_WINDOW_BYTES = 256 * 1024;
    private static final int IDLE_SECONDS = 75;
    private static final WriteBufferWaterMark STREAM_WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private Http2Callers() {}

    /** The pipeline of the connection, from the socket up; protection from floods of resets is the codec's default. */
    static void assemble(Channel channel, Ingress ingress, int maxHeaderBytes) {
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(MAX_STREAMS)
                        .initialWindowSize(STREAM_WINDOW_BYTES)
                        .maxHeaderListSize(maxHeaderBytes))
                .build();
        channel.pipeline().addLast("idle", new IdleStateHandler(0, 0, IDLE_SECONDS));
        channel.pipeline().addLast("http2", codec);
        channel.pipeline().addLast("streams", new Http2MultiplexHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.config().setWriteBufferWaterMark(STREAM_WATER_MARK);
                stream.pipeline().addLast("http", new Http2StreamFrameToHttpObjectCodec(true));
                stream.pipeline().addLast("parts", new MessageParts());
                stream.pipeline().addLast(LastWord.NAME, new LastWord());
                stream.pipeline().addLast("intake", new RequestIntake(ingress, stream));
            }
        }));
        channel.pipeline().addLast("life", new Life(codec));
    }

    /** Ends a connection that nobody uses, and one of a port that goes down; both by GOAWAY, after what runs. */
    private static final class Life extends ChannelInboundHandlerAdapter {
        private final Http2FrameCodec codec;

        Life(Http2FrameCodec codec) {
            this.codec = codec;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            // SETTINGS, PING and GOAWAY of the caller, which the codec has dealt with.
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            boolean unused =
                    event instanceof IdleStateEvent && codec.connection().numActiveStreams() == 0;
            if (unused || event == DataPortServer.Event.DRAIN) {
                ctx.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // What is against the protocol is answered by the codec, which then closes; here it would lose its reason.
            if (!(cause instanceof Http2Exception)) {
                ctx.close();
            }
        }
    }
}
