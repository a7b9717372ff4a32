package dev.culvert.tunnelprotocol;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Heads of requests and answers between HTTP/1.1, spoken at both outer ends, and HTTP/2, spoken on the link. Everything
 * that belongs to one connection only, and every internal field, is left behind here; the path is never touched.
 */
public final class HttpTranslation {
    private static final AsciiString COOKIE = HttpHeaderNames.COOKIE;

    private HttpTranslation() {}

    /**
     * Head of a request for the link.
     *
     * @param path raw path and query for the local service
     */
    public static Http2Headers toHttp2(HttpRequest request, String path) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method(request.method().asciiName())
                .scheme("http")
                .path(path);
        String host = request.headers().get(HttpHeaderNames.HOST);
        if (host != null) {
            headers.authority(host);
        }
        copy(request.headers(), headers);
        headers.remove(HttpHeaderNames.HOST);
        // Answered at the edge; the link has no use for it.
        headers.remove(HttpHeaderNames.EXPECT);
        if (HeaderRules.acceptsTrailers(request.headers())) {
            headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
        }
        return headers;
    }

    /** Head of a WebSocket upgrade for the link: an extended CONNECT (RFC 8441 §5), without the key of this hop. */
    public static Http2Headers toExtendedConnect(HttpRequest request, String path) {
        Http2Headers headers = toHttp2(request, path)
                .method(HttpMethod.CONNECT.asciiName())
                .set(Http2Headers.PseudoHeaderName.PROTOCOL.value(), TunnelProtocol.WEBSOCKET);
        headers.remove(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        return headers;
    }

    /** Head of an answer for the link. */
    public static Http2Headers toHttp2(HttpResponse response) {
        Http2Headers headers =
                new DefaultHttp2Headers().status(response.status().codeAsText());
        copy(response.headers(), headers);
        return headers;
    }

    /** Trailers for the link. */
    public static Http2Headers trailersToHttp2(HttpHeaders trailers) {
        Http2Headers headers = new DefaultHttp2Headers();
        copy(trailers, headers);
        return headers;
    }

    /**
     * Head of a request for the local service.
     *
     * @param method the request's own, not that of an extended CONNECT
     * @param host authority of the target, as its name on the wire
     * @param hasBody whether DATA frames follow
     * @throws IllegalArgumentException if the request cannot be expressed in HTTP/1.1
     */
    public static HttpRequest toHttp1Request(Http2Headers headers, HttpMethod method, String host, boolean hasBody) {
        HttpRequest request = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1, method, checkedPath(headers.path()), new DefaultHttpHeaders());
        copy(headers, request.headers());
        request.headers().set(HttpHeaderNames.HOST, host);
        if (headers.contains(HttpHeaderNames.TE)) {
            request.headers().set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
            request.headers().add(HttpHeaderNames.CONNECTION, HttpHeaderNames.TE);
        }
        if (hasBody && !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            HttpUtil.setTransferEncodingChunked(request, true);
        }
        return request;
    }

    /**
     * Head of an answer for a caller.
     *
     * @param hasBody whether DATA frames may follow
     */
    public static HttpResponse toHttp1Response(Http2Headers headers, boolean hasBody) {
        HttpResponse response = new DefaultHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.parseLine(headers.status() + " " + reason(headers.status())),
                new DefaultHttpHeaders());
        copy(headers, response.headers());
        if (hasBody && !response.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        return response;
    }

    /** Trailers for a caller or the local service. */
    public static HttpHeaders trailersToHttp1(Http2Headers trailers) {
        HttpHeaders headers = new DefaultHttpHeaders();
        copy(trailers, headers);
        return headers;
    }

    private static String reason(CharSequence status) {
        return HttpResponseStatus.valueOf(Integer.parseInt(status.toString())).reasonPhrase();
    }

    private static void copy(HttpHeaders from, Http2Headers to) {
        Set<String> nominated = HeaderRules.nominated(from);
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            String name = field.getKey().toString().toLowerCase(Locale.ROOT);
            if (HeaderRules.passes(name, nominated)) {
                to.add(name, field.getValue());
            }
        }
    }

    private static void copy(Http2Headers from, HttpHeaders to) {
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            CharSequence name = field.getKey();
            if (Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(name)) {
                continue;
            }
            String lowerCaseName = name.toString();
            if (AsciiString.contentEquals(name, COOKIE)) {
                // HTTP/2 may split it, HTTP/1.1 has it once (RFC 9113 §8.2.3).
                String before = to.get(COOKIE);
                to.set(COOKIE, before == null ? field.getValue() : before + "; " + field.getValue());
            } else if (HeaderRules.passes(lowerCaseName, Set.of())) {
                to.add(name, field.getValue());
            }
        }
    }

    /** A path with a space or control character would end the request line early and let the rest speak for itself. */
    private static String checkedPath(CharSequence path) {
        if (path == null || path.isEmpty() || (path.charAt(0) != '/' && !"*".contentEquals(path))) {
            throw new IllegalArgumentException("Path does not start with a slash");
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                throw new IllegalArgumentException("Path contains a space or control character");
            }
        }
        return path.toString();
    }
}
