package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.tunnelprotocol.HttpTranslation;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells the local service where a request came from. */
final class ForwardedHeaders {
    private static final String VIA = "1.1 culvert";
    private static final AsciiString CORRELATION_ID =
            AsciiString.cached(HeaderNames.CORRELATION_ID.toLowerCase(Locale.ROOT));
    private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
    private static final AsciiString PREFIX = AsciiString.cached("x-forwarded-prefix");

    private ForwardedHeaders() {}

    /** Head of a request for an agent: what a caller's Connection header takes away are its own fields, never ours. */
    static Http2Headers head(
            HttpRequest request, Channel client, TunnelPath path, boolean webSocket, String correlationId) {
        Http2Headers headers = webSocket
                ? HttpTranslation.toExtendedConnect(request, path.forwarded())
                : HttpTranslation.toHttp2(request, path.forwarded());
        add(headers, client, path);
        headers.set(CORRELATION_ID, correlationId);
        return headers;
    }

    private static void add(Http2Headers headers, Channel client, TunnelPath path) {
        if (client.remoteAddress() instanceof InetSocketAddress peer) {
            append(headers, FOR, peer.getAddress().getHostAddress());
        }
        // What the gateway saw is nearer to the truth than what this hop sees.
        setIfAbsent(headers, PROTO, "http");
        setIfAbsent(headers, HOST, headers.authority());
        headers.set(PREFIX, path.prefix());
        append(headers, HttpHeaderNames.VIA, VIA);
    }

    /** Marks an answer as passed on. */
    static void addVia(HttpHeaders headers) {
        String before = String.join(", ", headers.getAll(HttpHeaderNames.VIA));
        headers.set(HttpHeaderNames.VIA, before.isEmpty() ? VIA : before + ", " + VIA);
    }

    private static void append(Http2Headers headers, AsciiString name, String value) {
        String before = String.join(", ", headers.getAll(name));
        headers.set(name, before.isEmpty() ? value : before + ", " + value);
    }

    private static void setIfAbsent(Http2Headers headers, AsciiString name, @Nullable CharSequence value) {
        if (value != null && !headers.contains(name)) {
            headers.set(name, value);
        }
    }
}
