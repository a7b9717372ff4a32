package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.Connection;

/**
 * Streams the service's answer to the client and flushes every chunk as it comes, whatever its type: a token of a model
 * must not wait for the next one. A short answer of an API whose length is known is one write; what comes through a tunnel
 * or a proxy may take its time between two bytes, however few they are.
 */
@Component
final class UpstreamAnswer implements GlobalFilter, Ordered {
    private static final byte[] NOTHING = {};

    /** Outside of {@link dev.culvert.gateway.resilience}, which is done when the head of the answer is there. */
    private static final int ORDER = -1;

    /** Longest answer that is collected first; comes in one or two reads. */
    private static final int SHORT = 16 * 1024;

    private final ResumedAnswer resumed;

    UpstreamAnswer(ResumedAnswer resumed) {
        this.resumed = resumed;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        return chain.filter(exchange).then(Mono.defer(() -> pass(exchange))).doFinally(end -> {
            Connection service = service(exchange);
            if (end != SignalType.ON_COMPLETE && service != null) {
                service.dispose(); // the rest of the answer is on it
            }
        });
    }

    private static @Nullable Connection service(ServerWebExchange exchange) {
        return exchange.getAttribute(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR);
    }

    private Mono<Void> pass(ServerWebExchange exchange) {
        Connection service = service(exchange);
        ServerHttpResponse response = exchange.getResponse();
        if (service == null) {
            return Mono.empty(); // a WebSocket that has ended
        }
        if (response.isCommitted()) {
            service.dispose();
            return Mono.empty();
        }
        if (response.getHeaders().containsHeader(Http2Calls.GRPC_STATUS)) {
            // Head and end in one frame: clients take an empty message before the end for a fault.
            return service.inbound().receive().then().then(Mono.defer(response::setComplete));
        }
        DataBufferFactory buffers = response.bufferFactory();
        long length = response.getHeaders().getContentLength();
        if (length > 0 && length <= SHORT && Call.of(exchange).destination().plane() != Plane.DATA) {
            Mono<DataBuffer> whole =
                    service.inbound().receive().aggregate().retain().map(bytes -> wrap(bytes, buffers));
            return response.writeWith(whole)
                    .then(Mono.defer(response::setComplete)); // a 304 tells a length and has nothing
        }
        Flux<DataBuffer> body = resumed.body(exchange, service).map(bytes -> wrap(bytes, buffers));
        if (length < 0) {
            // The head of a stream goes out when the service has sent it. WebFlux would keep it until the first
            // chunk, and a model may think for a minute before its first token; meanwhile the client could not tell
            // an accepted call from a lost one.
            Mono<DataBuffer> head = Mono.fromSupplier(() -> buffers.wrap(NOTHING));
            return response.writeAndFlushWith(Flux.concat(Mono.just(head), body.map(Mono::just)));
        }
        // Where the length is known the rest follows at once, and one packet is better than two. What is whole in
        // its first piece, as most short answers are, leaves with its head in one write. Not so with HTTP/2, where
        // fields may follow.
        return Http2Calls.isHttp2(exchange.getRequest())
                ? response.writeAndFlushWith(body.map(Mono::just))
                : body.switchOnFirst((first, all) -> isWhole(first.get(), length)
                                ? response.writeWith(all.single())
                                : response.writeAndFlushWith(all.map(Mono::just)))
                        .then();
    }

    private static boolean isWhole(@Nullable DataBuffer first, long length) {
        return first != null && first.readableByteCount() == length;
    }

    private static DataBuffer wrap(ByteBuf bytes, DataBufferFactory buffers) {
        if (buffers instanceof NettyDataBufferFactory netty) {
            return netty.wrap(bytes);
        }
        try {
            return buffers.wrap(ByteBufUtil.getBytes(bytes));
        } finally {
            bytes.release();
        }
    }
}
