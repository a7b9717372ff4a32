package dev.culvert.gateway.routing;

import java.util.List;
import org.reactivestreams.Publisher;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Streams the service's answer to the client and flushes every chunk as it comes, whatever its type: a token of a model
 * must not wait for the next one.
 */
@Component
final class UpstreamAnswer extends NettyWriteResponseFilter {
    private static final byte[] NOTHING = {};

    UpstreamAnswer(ObjectProvider<List<HttpHeadersFilter>> unused) {
        super(List.of(MediaType.ALL), unused);
    }

    @Override
    public List<HttpHeadersFilter> getHeadersFilters() {
        return List.of();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        ServerHttpResponse response = new HeadersFirst(exchange.getResponse());
        return super.filter(exchange.mutate().response(response).build(), chain);
    }

    /**
     * Sends the head of a stream when the service has sent it. WebFlux would keep it until the first chunk, and a model may
     * think for a minute before its first token; meanwhile the client could not tell an accepted call from a lost one.
     */
    private static final class HeadersFirst extends ServerHttpResponseDecorator {
        HeadersFirst(ServerHttpResponse response) {
            super(response);
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
            if (getHeaders().getContentLength() >= 0) {
                // The rest follows at once, and one packet is better than two.
                return super.writeAndFlushWith(body);
            }
            return super.writeAndFlushWith(Flux.concat(
                    Mono.just(Mono.fromSupplier(() -> bufferFactory().wrap(NOTHING))), body));
        }
    }
}
