package dev.culvert.agent.forward;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The one place this agent forwards to. It is fixed when the agent starts; nothing that arrives over the link can change
 * it.
 *
 * @param authority value of the Host header the local service sees: services bound to loopback often refuse any other
 * @param tls for an https target, else null
 */
public record Target(
        String host, int port, String authority, @Nullable SslContext tls) {
    /**
     * Reads {@code --to}.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static Target parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is not a URL", e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = "https".equals(scheme);
        if (!secure && !"http".equals(scheme)) {
            throw new IllegalArgumentException(
                    "The target must start with http:// or https://, e.g. http://127.0.0.1:11434, not '" + text + "'");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("The target needs a host and no user name: '" + text + "'");
        }
        boolean pathGiven = uri.getRawPath() != null && !uri.getRawPath().isEmpty() && !"/".equals(uri.getRawPath());
        if (pathGiven || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "The target is scheme, host and port only; paths come from the requests: '" + text + "'");
        }
        int defaultPort = secure ? 443 : 80;
        int port = uri.getPort() < 0 ? defaultPort : uri.getPort();
        String authority = port == defaultPort ? uri.getHost() : uri.getHost() + ":" + port;
        String host = uri.getHost().startsWith("[")
                ? uri.getHost().substring(1, uri.getHost().length() - 1)
                : uri.getHost();
        return new Target(host, port, authority, secure ? clientTls() : null);
    }

    private static SslContext clientTls() {
        try {
            return SslContextBuilder.forClient().build();
        } catch (SSLException e) {
            throw new IllegalStateException("This Java has no TLS client", e);
        }
    }

    @Override
    public String toString() {
        return (tls == null ? "http://" : "https://") + authority;
    }
}
