package dev.culvert.gateway.routing;

import dev.culvert.gateway.usage.BodyBytes;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.MonoSink;

/**
 * The service's side of a WebSocket handshake. Lives on the event loop both connections share. Ends with a {@link Refusal},
 * or, when the service accepts, with nothing once either side has closed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes its connection, which is listened to
final class UpgradeHandshake extends SimpleChannelInboundHandler<FullHttpResponse> {
    /** Longest body of a refusal that is passed on. */
    private static final int MAX_REFUSAL = 64 * 1024;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private final Channel client;
    private final ServerHttpResponse response;
    private final MonoSink<Refusal> result;

    private UpgradeHandshake(Channel client, ServerHttpResponse response, MonoSink<Refusal> result) {
        this.client = client;
        this.response = response;
        this.result = result;
    }

    /** The service's answer when it does not want to speak WebSocket. */
    record Refusal(int status, HttpHeaders headers, DataBuffer body) {}

    /** Sends {@code request} over the fresh connection to the service. */
    static void start(
            Channel service,
            Channel client,
            FullHttpRequest request,
            ServerHttpResponse response,
            MonoSink<Refusal> result) {
        result.onDispose(service::close);
        removeHandlers(service.pipeline());
        service.pipeline()
                .addLast(new HttpClientCodec())
                .addLast(new HttpObjectAggregator(MAX_REFUSAL))
                .addLast(new UpgradeHandshake(client, response, result));
        service.config().setAutoRead(true);
        service.writeAndFlush(request).addListener(sent -> {
            if (!sent.isSuccess()) {
                result.error(sent.cause());
            }
        });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext service, FullHttpResponse answer) {
        if (HttpResponseStatus.SWITCHING_PROTOCOLS.equals(answer.status())) {
            splice(service.channel(), answer);
        } else if (!InterimAnswers.isInterim(answer.status())) { // nobody waits for a hint during a handshake
            DataBuffer body = response.bufferFactory().wrap(ByteBufUtil.getBytes(answer.content()));
            result.success(new Refusal(answer.status().code(), answer.headers(), body));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext service) {
        result.error(new IOException("The service closed the connection during the handshake"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext service, Throwable cause) {
        result.error(cause);
    }

    private void splice(Channel service, FullHttpResponse answer) {
        response.setStatusCode(HttpStatus.SWITCHING_PROTOCOLS);
        BodyBytes bytes = BodyBytes.of(client);
        BytePipe toClient = new BytePipe(client, bytes::wentOut);
        BytePipe toService = new BytePipe(service, bytes::cameIn);
        // What the decoders have read too much comes out when they are removed: the pipes hold it until all is in
        // place.
        replaceHandlers(service.pipeline(), toClient);
        replaceHandlers(client.pipeline(), toService);
        prepare(client);
        prepare(service);
        client.closeFuture().addListener(_ -> result.success());
        client.writeAndFlush(Unpooled.copiedBuffer(head(answer), StandardCharsets.ISO_8859_1));
        toClient.open();
        toService.open();
        AgentArrivals.connected(client);
    }

    /** Nothing but TCP notices a client that vanished while neither side had anything to say. */
    private static void prepare(Channel end) {
        end.config().setWriteBufferWaterMark(WATER_MARK);
        end.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    }

    /** The service's answer with what the gateway has to say; end-to-end headers only, but for the upgrade itself. */
    private String head(FullHttpResponse answer) {
        StringBuilder head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
        answer.headers().forEach(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith("sec-websocket-")
                    || name.equals(HttpHeaderNames.UPGRADE.toString())
                    || name.equals(HttpHeaderNames.CONNECTION.toString())) {
                append(head, header.getKey(), header.getValue());
            }
        });
        response.getHeaders().forEach((name, values) -> {
            if (!HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(
                    name)) { // there from the start, but 101 has no body
                values.forEach(value -> append(head, name, value));
            }
        });
        return head.append("\r\n").toString();
    }

    private static void append(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    private static void replaceHandlers(ChannelPipeline pipeline, BytePipe pipe) {
        pipeline.addLast(pipe);
        pipeline.toMap().values().stream().toList().reversed().stream()
                .filter(handler -> handler != pipe && !isTransport(handler))
                .forEach(pipeline::remove);
    }

    private static void removeHandlers(ChannelPipeline pipeline) {
        pipeline.toMap().values().stream()
                .filter(handler -> !isTransport(handler))
                .forEach(pipeline::remove);
    }

    private static boolean isTransport(ChannelHandler handler) {
        return handler instanceof SslHandler;
    }
}
