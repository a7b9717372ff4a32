package dev.culvert.gateway.routing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Writes interim answers to the client of a call whose own answer is still to come. Reactor Netty's server knows 100 alone and
 * its codec counts one answer for each request, so they are written in front of the codec: as bytes in HTTP/1.1, as a frame in
 * HTTP/2. Clients of HTTP/1.0 get none (RFC 9110 §15.2), nor do those that are slow to read: none is needed to understand the
 * answer, and a service may send any number.
 */
final class InterimSender {
    private InterimSender() {}

    /** On the event loop of the connection to the service, from where the answer itself is written as well: it stays behind. */
    static void send(HttpResponse interim, ServerHttpRequest request) {
        Object served = ServerHttpRequestDecorator.getNativeRequest(request);
        if (!(served instanceof Connection client && served instanceof HttpServerResponse answer)) {
            throw new IllegalStateException("Not served by Reactor Netty");
        }
        Channel channel = client.channel();
        if (answer.hasSentHeaders() || !channel.isActive() || !channel.isWritable()) {
            return;
        }
        HttpHeaders passed = UpstreamHeaders.interim(interim.headers());
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext stream = pipeline.context(NettyPipeline.H2ToHttp11Codec);
        ChannelHandlerContext connection = pipeline.context(HttpServerCodec.class);
        if (stream != null) {
            var _ = stream.writeAndFlush(frame(interim.status(), passed));
        } else if (connection != null && !HttpVersion.HTTP_1_0.equals(answer.version())) {
            var _ = connection.writeAndFlush(bytes(interim.status(), passed, connection));
        }
    }

    private static Http2HeadersFrame frame(HttpResponseStatus status, HttpHeaders passed) {
        Http2Headers headers = new DefaultHttp2Headers().status(status.codeAsText());
        passed.forEach(header -> headers.add(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        return new DefaultHttp2HeadersFrame(headers);
    }

    private static ByteBuf bytes(HttpResponseStatus status, HttpHeaders passed, ChannelHandlerContext context) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        passed.forEach(header -> head.append(header.getKey())
                .append(": ")
                .append(header.getValue())
                .append("\r\n"));
        return ByteBufUtil.encodeString(
                context.alloc(), CharBuffer.wrap(head.append("\r\n")), StandardCharsets.ISO_8859_1);
    }
}
