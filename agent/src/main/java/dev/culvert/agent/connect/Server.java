package dev.culvert.agent.connect;

import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Where the agent dials.
 *
 * @param base address as given, without a trailing slash
 * @param tls for https, else null
 */
public record Server(
        URI base, String host, int port, @Nullable SslContext tls) {
    /**
     * Reads {@code --server}.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static Server parse(String text) {
        URI uri;
        try {
            uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is not a URL", e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = "https".equals(scheme) || "wss".equals(scheme);
        if (!secure && !"http".equals(scheme) && !"ws".equals(scheme)) {
            throw new IllegalArgumentException("The server must start with http:// or https://, not '" + text + "'");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawQuery() != null) {
            throw new IllegalArgumentException("The server needs a host, no user name and no query: '" + text + "'");
        }
        int port = uri.getPort() < 0 ? (secure ? 443 : 80) : uri.getPort();
        String host = uri.getHost().startsWith("[")
                ? uri.getHost().substring(1, uri.getHost().length() - 1)
                : uri.getHost();
        return new Server(uri, host, port, secure ? clientTls() : null);
    }

    /**
     * Address of the WebSocket for a tunnel.
     *
     * @param avoid replicas that a link leads to already, separated by commas
     */
    URI connectUri(String tunnel, String avoid) {
        QueryStringEncoder path = new QueryStringEncoder(
                (base.getRawPath() == null ? "" : base.getRawPath()) + TunnelProtocol.CONNECT_PATH);
        path.addParam(TunnelProtocol.TUNNEL_PARAMETER, tunnel);
        path.addParam(TunnelProtocol.AVOID_PARAMETER, avoid);
        return URI.create((tls == null ? "ws://" : "wss://") + base.getRawAuthority() + path);
    }

    /**
     * Path with query of what opens a link for polling; below the path are those of the link.
     *
     * @param avoid replicas that a link leads to already, separated by commas
     */
    String pollPath(String tunnel, String avoid) {
        QueryStringEncoder path = new QueryStringEncoder(pollPath());
        path.addParam(TunnelProtocol.TUNNEL_PARAMETER, tunnel);
        path.addParam(TunnelProtocol.AVOID_PARAMETER, avoid);
        return path.toString();
    }

    /** Unresolved, for those who only name it. */
    SocketAddress address() {
        return InetSocketAddress.createUnresolved(host, port);
    }

    String pollPath() {
        return (base.getRawPath() == null ? "" : base.getRawPath()) + TunnelProtocol.POLL_PATH;
    }

    /** Address under which callers reach a tunnel. */
    public String publicAddress(String tunnel) {
        String http = base.toString().replaceFirst("^ws", "http");
        return http + "/t/"
                + java.net.URLEncoder.encode(tunnel, java.nio.charset.StandardCharsets.UTF_8)
                        .replace("+", "%20") + "/";
    }

    private static SslContext clientTls() {
        try {
            return SslContextBuilder.forClient().build();
        } catch (SSLException e) {
            throw new IllegalStateException("This Java has no TLS client", e);
        }
    }
}
