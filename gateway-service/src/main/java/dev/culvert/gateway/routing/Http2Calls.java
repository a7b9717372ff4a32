package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.protocol.Http2Properties;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServerResponse;

/**
 * What is different when a client speaks HTTP/2: gRPC calls go on to the service by HTTP/2 as well, since both ends talk at the same
 * time, and the fields behind an answer are passed on.
 */
@Component
final class Http2Calls {
    private static final String GRPC = "application/grpc";

    /** Present in the head of an answer only when nothing follows: an error without a message. */
    static final String GRPC_STATUS = "grpc-status";

    private final Set<String> authorities;

    Http2Calls(Http2Properties properties, RoutingProperties routing) {
        authorities = properties.services().stream()
                .flatMap(service -> routing.addresses(service).stream())
                .map(URI::getRawAuthority)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a call must reach the service by HTTP/2, and can. */
    boolean need(ServerHttpRequest request, URI target) {
        return isHttp2(request) && isGrpc(request) && authorities.contains(target.getRawAuthority());
    }

    static boolean isHttp2(ServerHttpRequest request) {
        return UpgradeSplice.channelOf(request) instanceof Http2StreamChannel;
    }

    /** gRPC-Web has a name that begins alike, and no need of trailers. */
    private static boolean isGrpc(ServerHttpRequest request) {
        String type = request.getHeaders().getFirst(HttpHeaderNames.CONTENT_TYPE.toString());
        return type != null
                && type.regionMatches(true, 0, GRPC, 0, GRPC.length())
                && (type.length() == GRPC.length() || "+;".indexOf(type.charAt(GRPC.length())) >= 0);
    }

    /** Servers of gRPC look for it to be sure that nothing on the way loses trailers. */
    static void announceTrailers(HttpHeaders request) {
        request.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
    }

    /** Lets the fields behind the service's answer follow the one to the client. */
    static void passTrailers(HttpClientResponse answer, ServerWebExchange exchange) {
        if (Call.of(exchange).destination().plane() == Plane.DATA
                && isHttp2(exchange.getRequest())
                && ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse())
                        instanceof HttpServerResponse client) {
            AtomicReference<HttpHeaders> arrived = new AtomicReference<>(EmptyHttpHeaders.INSTANCE);
            answer.trailerHeaders().subscribe(arrived::set);
            client.trailerHeaders(passed -> UpstreamHeaders.trailers(arrived.get(), passed));
        }
    }
}
