package dev.culvert.tunnel.ingress;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Tells the local service where a request came from. */
final class ForwardedHeaders {
    private static final String VIA = "1.1 culvert";

    private ForwardedHeaders() {}

    static void add(HttpRequest request, Channel client, TunnelPath path) {
        HttpHeaders headers = request.headers();
        if (client.remoteAddress() instanceof InetSocketAddress peer) {
            append(headers, "X-Forwarded-For", peer.getAddress().getHostAddress());
        }
        // What the gateway saw is nearer to the truth than what this hop sees.
        setIfAbsent(headers, "X-Forwarded-Proto", "http");
        setIfAbsent(headers, "X-Forwarded-Host", headers.get(HttpHeaderNames.HOST));
        headers.set("X-Forwarded-Prefix", path.prefix());
        append(headers, HttpHeaderNames.VIA.toString(), VIA);
    }

    /** Marks an answer as passed on. */
    static void addVia(HttpHeaders headers) {
        append(headers, HttpHeaderNames.VIA.toString(), VIA);
    }

    private static void append(HttpHeaders headers, String name, String value) {
        String before = String.join(", ", headers.getAll(name));
        headers.set(name, before.isEmpty() ? value : before + ", " + value);
    }

    private static void setIfAbsent(HttpHeaders headers, String name, @Nullable String value) {
        if (value != null && !headers.contains(name)) {
            headers.set(name, value);
        }
    }
}
