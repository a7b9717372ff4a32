package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Sends the request to the service, body streamed, and waits for the head of the answer. Like the stock filter, but headers
 * are copied once in each direction, and a request without body is one write.
 */
@Component
final class UpstreamRequest implements GlobalFilter, Ordered {
    private final UpstreamConnections connections;
    private final Http2Calls http2Calls;
    private final Duration apiTimeout;

    UpstreamRequest(UpstreamConnections connections, Http2Calls http2Calls, RoutingProperties properties) {
        this.connections = connections;
        this.http2Calls = http2Calls;
        this.apiTimeout = properties.apiTimeout();
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        URI target = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
        ServerHttpRequest request = exchange.getRequest();
        UpstreamConnections.Pool pool = connections.of(UpgradeSplice.channelOf(request));
        boolean http2 = http2Calls.need(request, target);
        HttpClient.RequestSender sender = (http2 ? pool.http2() : pool.client())
                .headers(headers -> {
                    headers.add(UpstreamHeaders.request(exchange));
                    if (http2) {
                        Http2Calls.announceTrailers(headers);
                    } else {
                        ResumedAnswer.prepare(exchange, headers);
                    }
                })
                .request(HttpMethod.valueOf(request.getMethod().name()))
                .uri(target);
        HttpClient.ResponseReceiver<?> receiver = RequestValidation.hasBody(request)
                ? sender.send((_, service) -> http2
                        ? service.send(request.getBody().map(UpstreamRequest::bytes), _ -> true) // each is waited for
                        : service.send(request.getBody().map(UpstreamRequest::bytes)))
                : sender;
        Mono<Void> head = receiver.responseConnection((answer, connection) -> {
                    take(answer, connection, exchange);
                    return Mono.just(answer);
                })
                .then()
                .contextWrite(context -> context.put(ServerHttpRequest.class, request)); // see InterimAnswers
        return Call.of(exchange).destination().plane() == Plane.DATA
                ? head
                : head.timeout(
                        apiTimeout,
                        Mono.error(() -> new ResponseStatusException(
                                HttpStatus.GATEWAY_TIMEOUT, "No answer within " + apiTimeout)),
                        pool.timer());
    }

    /** For {@link UpstreamAnswer}, once all filters agree. */
    private static void take(HttpClientResponse answer, Connection connection, ServerWebExchange exchange) {
        exchange.getAttributes().put(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR, connection);
        ResumedAnswer.arrived(exchange, answer);
        if (!exchange.getResponse().isCommitted()) {
            exchange.getResponse()
                    .setStatusCode(HttpStatusCode.valueOf(answer.status().code()));
            UpstreamHeaders.answer(answer.responseHeaders(), exchange);
            Http2Calls.passTrailers(answer, exchange);
        }
    }

    private static ByteBuf bytes(DataBuffer buffer) {
        if (buffer instanceof NettyDataBuffer netty) {
            return netty.getNativeBuffer();
        }
        ByteBuf copy = Unpooled.buffer(buffer.readableByteCount());
        try (DataBuffer.ByteBufferIterator parts = buffer.readableByteBuffers()) {
            parts.forEachRemaining(copy::writeBytes);
        }
        return copy;
    }
}
