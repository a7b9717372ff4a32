package dev.culvert.gateway.usage;

import dev.culvert.gateway.protocol.ConnectionPart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import reactor.netty.Connection;

/**
 * The bytes of the bodies of one request and its answer, as compressed as they pass the client's connection. After an upgrade
 * whoever ties the connections together counts on.
 */
public final class BodyBytes {
    private static final AttributeKey<BodyBytes> CURRENT = AttributeKey.valueOf(BodyBytes.class, "current");

    // Written by the connection's event loop alone, read by whoever ends the call.
    private final AtomicLong in = new AtomicLong();
    private final AtomicLong out = new AtomicLong();

    private BodyBytes() {}

    /** Those of the request whose head came last on a connection. */
    public static BodyBytes of(Channel channel) {
        BodyBytes known = channel.attr(CURRENT).get();
        return known == null ? new BodyBytes() : known;
    }

    /** Those of a request that has just come. */
    public static BodyBytes of(ServerHttpRequest request) {
        return ServerHttpRequestDecorator.getNativeRequest(request) instanceof Connection connection
                ? of(connection.channel())
                : new BodyBytes();
    }

    long in() {
        return in.get();
    }

    long out() {
        return out.get();
    }

    /** More came from the client. */
    public void cameIn(long bytes) {
        in.lazySet(in.get() + bytes);
    }

    /** More went to the client. */
    public void wentOut(long bytes) {
        out.lazySet(out.get() + bytes);
    }

    /** Counts on one connection, or on one stream of HTTP/2. */
    private static final class Counter extends ChannelDuplexHandler {
        private final boolean oneRequest;
        private BodyBytes current = new BodyBytes();

        Counter(boolean oneRequest) {
            this.oneRequest = oneRequest;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.channel().attr(CURRENT).set(current);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest && !oneRequest) {
                current = new BodyBytes();
                context.channel().attr(CURRENT).set(current);
            }
            current.cameIn(size(message));
            context.fireChannelRead(message);
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the promise tells the writer
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            current.wentOut(size(message));
            context.write(message, promise);
        }

        private static long size(Object message) {
            return switch (message) {
                case ByteBuf bytes -> bytes.readableBytes();
                case ByteBufHolder holder -> holder.content().readableBytes();
                case FileRegion file -> file.count();
                default -> 0;
            };
        }
    }

    /** Puts a counter into each connection, behind what lets requests through one after the other. */
    @Component
    static final class Counting implements ConnectionPart {
        private static final String NAME = "culvert.bodyBytes";

        @Override
        public void onHttp1(ChannelPipeline pipeline, String codec, String requests) {
            pipeline.addAfter(requests, NAME, new Counter(false));
        }

        @Override
        public void onHttp2(Channel stream, String requests) {
            stream.pipeline().addAfter(requests, NAME, new Counter(true));
        }
    }
}
