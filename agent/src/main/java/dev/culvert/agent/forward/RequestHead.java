package dev.culvert.agent.forward;

import dev.culvert.tunnelprotocol.HttpTranslation;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request as the local service gets it.
 *
 * @param upgrade the handshake for a WebSocket, else null
 * @param hasBody whether something follows the head
 * @param http2 whether the local service must be spoken to in HTTP/2
 */
record RequestHead(HttpRequest request, @Nullable WebSocketUpgrade upgrade, boolean hasBody, boolean http2) {
    private static final String GRPC = "application/grpc";
    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    /**
     * Reads the first frame of a stream.
     *
     * @throws IllegalArgumentException if it cannot be said in HTTP/1.1, or asks for a connection to somewhere else
     */
    static RequestHead read(Http2HeadersFrame frame, Target target) {
        Http2Headers head = frame.headers();
        String method = String.valueOf(head.method());
        if (HttpMethod.CONNECT.name().equals(method)) {
            CharSequence protocol = head.get(Http2Headers.PseudoHeaderName.PROTOCOL.value());
            if (protocol == null || !TunnelProtocol.WEBSOCKET.contentEquals(protocol)) {
                throw new IllegalArgumentException("CONNECT reaches beyond the target");
            }
            HttpRequest request = HttpTranslation.toHttp1Request(head, HttpMethod.GET, target.authority(), false);
            target.rules().request().apply(request.headers());
            return new RequestHead(request, WebSocketUpgrade.prepare(request), false, false);
        }
        boolean hasBody = !frame.isEndStream();
        HttpRequest request =
                HttpTranslation.toHttp1Request(head, HttpMethod.valueOf(method), target.authority(), hasBody);
        boolean http2 = target.http2() || isGrpc(request);
        if (http2) {
            // It names te, which HTTP/1.1 demands, and HTTP/2 would drop the field it names.
            request.headers().remove(HttpHeaderNames.CONNECTION);
        }
        target.rules().request().apply(request.headers());
        return new RequestHead(request, null, hasBody, http2);
    }

    /** Whether it may be sent again after a connection failed: it has no body, and its method does no harm twice. */
    boolean isRepeatable() {
        return !hasBody && REPEATABLE.contains(request.method());
    }

    /** gRPC is HTTP/2 by definition, so its server can be spoken to in nothing else. */
    private static boolean isGrpc(HttpRequest request) {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        return type.regionMatches(true, 0, GRPC, 0, GRPC.length())
                && (type.length() == GRPC.length() || "+;".indexOf(type.charAt(GRPC.length())) >= 0);
    }
}
