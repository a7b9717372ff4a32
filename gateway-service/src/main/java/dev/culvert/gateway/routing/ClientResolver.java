package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Client;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;

/**
 * Tells who is at the other end. {@code X-Forwarded-*} counts only when the peer is a trusted proxy, and then from the
 * right: the last address that no trusted proxy has is the client (requirement R6.2).
 */
@Component
final class ClientResolver {
    private final List<Network> trusted;

    ClientResolver(RoutingProperties properties) {
        trusted = properties.trustedProxies().stream().map(Network::parse).toList();
    }

    Client resolve(ServerHttpRequest request) {
        InetAddress peer = peer(request);
        HttpHeaders headers = request.getHeaders();
        String host = Objects.requireNonNullElse(headers.getFirst(HttpHeaders.HOST), "");
        String scheme = Objects.requireNonNullElse(request.getURI().getScheme(), "http");
        if (!isTrusted(peer)) {
            return client(peer, scheme, host);
        }
        String forwardedScheme = headers.getFirst("X-Forwarded-Proto");
        String forwardedHost = headers.getFirst("X-Forwarded-Host");
        return client(
                original(peer, headers.get("X-Forwarded-For")),
                "https".equalsIgnoreCase(forwardedScheme) ? "https" : scheme,
                forwardedHost == null ? host : forwardedHost);
    }

    /** Whether a trusted proxy says that the client spoke to it without TLS. */
    boolean cameInTheClear(ServerHttpRequest request) {
        String scheme = request.getHeaders().getFirst("X-Forwarded-Proto");
        return scheme != null && !"https".equalsIgnoreCase(scheme.strip()) && isTrusted(peer(request));
    }

    private InetAddress original(InetAddress peer, @Nullable List<String> forwardedFor) {
        if (forwardedFor == null) {
            return peer;
        }
        String[] hops = String.join(",", forwardedFor).split(",", -1);
        InetAddress known = peer;
        for (int i = hops.length - 1; i >= 0 && isTrusted(known); i--) {
            try {
                known = InetAddress.ofLiteral(hops[i].strip());
            } catch (IllegalArgumentException notAnAddress) {
                return known; // what stands further left cannot be believed either
            }
        }
        return known;
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(network -> network.contains(address));
    }

    private static InetAddress peer(ServerHttpRequest request) {
        InetSocketAddress remote = request.getRemoteAddress();
        if (remote == null || remote.getAddress() == null) {
            throw new IllegalStateException("A request without peer address");
        }
        return remote.getAddress();
    }

    private static Client client(InetAddress address, String scheme, String host) {
        byte[] bytes = address.getAddress();
        String text = address.getHostAddress();
        String limitKey = bytes.length == 4 ? text : HexFormat.of().formatHex(bytes, 0, 8);
        return new Client(text, limitKey, scheme, host);
    }

    /** A network in CIDR notation. */
    private static final class Network {
        private final byte[] address;
        private final int prefix;

        private Network(byte[] address, int prefix) {
            this.address = address;
            this.prefix = prefix;
        }

        static Network parse(String cidr) {
            String[] parts = cidr.strip().split("/", 2);
            byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
            int prefix = parts.length == 1 ? address.length * 8 : Integer.parseInt(parts[1]);
            if (prefix < 0 || prefix > address.length * 8) {
                throw new IllegalArgumentException("Not a network: " + cidr);
            }
            return new Network(address, prefix);
        }

        boolean contains(InetAddress candidate) {
            byte[] other = candidate.getAddress();
            if (other.length != address.length) {
                return false;
            }
            int wholeBytes = prefix / 8;
            if (!Arrays.equals(address, 0, wholeBytes, other, 0, wholeBytes)) {
                return false;
            }
            int rest = prefix % 8;
            return rest == 0 || ((address[wholeBytes] ^ other[wholeBytes]) & (0xFF << (8 - rest)) & 0xFF) == 0;
        }
    }
}
