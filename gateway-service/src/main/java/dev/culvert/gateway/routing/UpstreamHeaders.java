package dev.culvert.gateway.routing;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Client;
import dev.culvert.gateway.call.Identity;
import dev.culvert.gateway.call.Plane;
import dev.culvert.platform.correlation.Correlation;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.web.server.ServerWebExchange;

/** Which headers cross the gateway, in each direction. One pass instead of the stock chain of copies. */
final class UpstreamHeaders {
    /** RFC 9110 §7.6.1, and what the gateway says itself. */
    private static final Set<String> NOT_FORWARDED = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "transfer-encoding",
            "upgrade",
            "expect",
            "host",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-forwarded-proto",
            "x-forwarded-ssl",
            "x-real-ip",
            "x-correlation-id",
            "traceparent",
            "x-http2-scheme", // what Netty makes of HTTP/2's own fields, and reads when it makes them again
            "x-http2-path",
            "x-http2-stream-id",
            "x-http2-stream-promise-id",
            "x-http2-stream-dependency-id",
            "x-http2-stream-weight");

    private static final Set<String> HOP_BY_HOP_IN_ANSWERS = Set.of(
            "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "te", "transfer-encoding", "upgrade");

    /** RFC 9110 §6.5.1: what frames, routes or interprets the message. */
    private static final Set<String> NOT_IN_TRAILERS = Set.of(
            "age",
            "cache-control",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "date",
            "expires",
            "location",
            "retry-after",
            "set-cookie",
            "trailer",
            "vary",
            "warning",
            "x-http2-stream-id");

    private static final String INTERNAL_PREFIX = HeaderNames.INTERNAL_PREFIX.toLowerCase(Locale.ROOT);

    private UpstreamHeaders() {}

    /**
     * Headers of the request to the service. Whatever claims an identity from outside stays outside (requirement R2.1b);
     * of the credentials only the one that identified the caller is taken out, since on data routes another may belong to
     * the application behind.
     */
    static HttpHeaders request(ServerWebExchange exchange) {
        org.springframework.http.HttpHeaders sent = exchange.getRequest().getHeaders();
        Call call = Call.of(exchange);
        Plane plane = call.destination().plane();
        Set<String> options = options(sent.getOrEmpty(HttpHeaderNames.CONNECTION.toString()));
        String credential = call.credentialHeader().orElse("");
        boolean passesAuthorization = plane == Plane.DATA || (plane == Plane.AUTHORIZATION && isClientSecret(sent));
        HttpHeaders out = new DefaultHttpHeaders();
        sent.forEach((header, values) -> {
            String name = header.toLowerCase(Locale.ROOT);
            boolean kept = !NOT_FORWARDED.contains(name)
                    && !options.contains(name)
                    && !name.startsWith(INTERNAL_PREFIX)
                    && !name.equalsIgnoreCase(credential)
                    && (plane == Plane.DATA || !name.equals("x-api-key"))
                    && (passesAuthorization || !name.equals("authorization"));
            if (kept) {
                out.add(header, values);
            }
        });
        Client client = call.client();
        out.set("X-Forwarded-For", client.address());
        out.set("X-Forwarded-Proto", client.scheme());
        out.set("X-Forwarded-Host", client.host());
        out.set("X-Forwarded-Port", port(client));
        out.set(Correlation.HEADER, call.correlationId());
        out.set("traceparent", call.traceparent());
        call.identity().ifPresent(identity -> prove(identity, plane, out));
        return out;
    }

    /**
     * Fields that come behind the body of an answer, for clients of HTTP/2: what is said there of the connection or of the length
     * stays here.
     */
    static void trailers(HttpHeaders arrived, HttpHeaders passed) {
        for (Map.Entry<String, String> trailer : arrived) {
            String name = trailer.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP_IN_ANSWERS.contains(name)
                    && !NOT_IN_TRAILERS.contains(name)
                    && !name.startsWith(INTERNAL_PREFIX)) {
                passed.add(name, trailer.getValue());
            }
        }
    }

    /** Fields of an interim answer, which has no body. */
    static HttpHeaders interim(HttpHeaders arrived) {
        Set<String> options = options(arrived.getAll(HttpHeaderNames.CONNECTION));
        HttpHeaders passed = new DefaultHttpHeaders();
        for (Map.Entry<String, String> header : arrived) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP_IN_ANSWERS.contains(name)
                    && !options.contains(name)
                    && !name.equals("content-length")
                    && !name.startsWith("x-http2-")
                    && !name.startsWith(INTERNAL_PREFIX)) {
                passed.add(header.getKey(), header.getValue());
            }
        }
        return passed;
    }

    /** Tomcat reads the port here and nowhere else; without it, addresses it makes lead to the default port. */
    private static String port(Client client) {
        String host = client.host();
        int colon = host.lastIndexOf(':');
        if (colon > host.lastIndexOf(']')) {
            return host.substring(colon + 1);
        }
        return "https".equals(client.scheme()) ? "443" : "80";
    }

    /** How clients prove who they are to the authorization server (RFC 6749 §2.3.1); tokens are judged here. */
    private static boolean isClientSecret(org.springframework.http.HttpHeaders sent) {
        String authorization = sent.getFirst("Authorization");
        return authorization != null && authorization.regionMatches(true, 0, "Basic ", 0, 6);
    }

    private static void prove(Identity identity, Plane plane, HttpHeaders out) {
        if (plane != Plane.DATA) {
            out.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + identity.token());
        } else {
            out.set(HeaderNames.CALLER_TOKEN, identity.token());
        }
    }

    /**
     * Adds a service's headers to the answer, without what concerns only the connection to it, internal ones, and what the
     * gateway has said already: its word on security, origins, limits and ids counts.
     */
    static void answer(HttpHeaders headers, ServerWebExchange exchange) {
        org.springframework.http.HttpHeaders said = exchange.getResponse().getHeaders();
        Set<String> options = options(headers.getAll(HttpHeaderNames.CONNECTION));
        List<Map.Entry<String, String>> passed = new ArrayList<>(headers.size());
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP_IN_ANSWERS.contains(name)
                    && !options.contains(name)
                    && !name.startsWith(INTERNAL_PREFIX)
                    && (name.equals("vary") || !said.containsHeader(name))) {
                passed.add(header);
            }
        }
        passed.forEach(header -> said.add(header.getKey(), header.getValue()));
    }

    /** Headers that {@code Connection} names concern this hop only. */
    private static Set<String> options(List<String> connection) {
        if (connection.isEmpty()) {
            return Set.of();
        }
        Set<String> options = new HashSet<>(4);
        for (String value : connection) {
            for (String option : value.split(",", -1)) {
                options.add(option.strip().toLowerCase(Locale.ROOT));
            }
        }
        return options;
    }
}
