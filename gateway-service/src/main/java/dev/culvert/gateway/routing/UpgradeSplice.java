package dev.culvert.gateway.routing;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.TcpClient;

/**
 * WebSockets: passes the handshake to the service and, once both sides have agreed, ties the two connections together as
 * byte pipes. So a refusal of the service reaches the client as it is, frames of any size, extensions, close codes and
 * pings pass untouched, and nothing is unmasked and masked again on the way. The stock filter instead accepts the client
 * before it asks the service, and drops connections with frames above its limit.
 */
@Component
final class UpgradeSplice implements GlobalFilter, Ordered {
    /** Before the filters that speak HTTP, behind the one that knows the address. */
    private static final int ORDER = -100;

    private final TcpClient dialler;
    private final Duration handshakeTimeout;

    UpgradeSplice(RoutingProperties properties) {
        handshakeTimeout = properties.upgradeTimeout();
        dialler = TcpClient.create(ConnectionProvider.newConnection())
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(properties.connectTimeout().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true);
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        if (!"websocket".equalsIgnoreCase(exchange.getRequest().getHeaders().getUpgrade())) {
            return chain.filter(exchange);
        }
        URI target = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
        Channel client = channelOf(exchange.getRequest());
        return dial(target, client)
                .flatMap(service -> Mono.<UpgradeHandshake.Refusal>create(sink -> UpgradeHandshake.start(
                        service.channel(), client, request(target, exchange), exchange.getResponse(), sink)))
                .timeout(accepted(exchange))
                .onErrorMap(TimeoutException.class, _ -> UpstreamFailures.tooSlow())
                .flatMap(refusal -> pass(refusal, exchange));
    }

    /** Fires when the handshake takes too long; never, once the service has accepted. */
    private Mono<Long> accepted(ServerWebExchange exchange) {
        return Mono.delay(handshakeTimeout)
                .filter(_ -> exchange.getResponse().getStatusCode() == null)
                .switchIfEmpty(Mono.never());
    }

    /** On the client's own event loop: bytes then pass between the two connections without changing threads. */
    private Mono<? extends Connection> dial(URI target, Channel client) {
        TcpClient toService =
                dialler.runOn(client.eventLoop()).host(target.getHost()).port(port(target));
        return ("https".equals(target.getScheme()) ? toService.secure() : toService).connect();
    }

    private static int port(URI target) {
        if (target.getPort() >= 0) {
            return target.getPort();
        }
        return "https".equals(target.getScheme()) ? 443 : 80;
    }

    static Channel channelOf(ServerHttpRequest request) {
        if (ServerHttpRequestDecorator.getNativeRequest(request) instanceof Connection connection) {
            return connection.channel();
        }
        throw new IllegalStateException("Not served by Reactor Netty");
    }

    private static FullHttpRequest request(URI target, ServerWebExchange exchange) {
        String path =
                target.getRawQuery() == null ? target.getRawPath() : target.getRawPath() + '?' + target.getRawQuery();
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers()
                .add(UpstreamHeaders.request(exchange))
                .set(HttpHeaderNames.HOST, target.getRawAuthority())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        return request;
    }

    private static Mono<Void> pass(UpgradeHandshake.Refusal refusal, ServerWebExchange exchange) {
        if (refusal.status() == 101) {
            return Mono.error(new ProblemException(
                    ProblemCode.UPSTREAM_ERROR, "The service answered the WebSocket handshake with nonsense."));
        }
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(refusal.status()));
        UpstreamHeaders.answer(refusal.headers(), exchange);
        response.getHeaders().setContentLength(refusal.body().readableByteCount());
        return response.writeWith(Mono.just(refusal.body()));
    }
}
