package dev.culvert.agent.forward;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.NetUtil;
import java.net.InetAddress;
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
 * @param http2 whether every request goes over HTTP/2; gRPC does so in any case
 * @param rules what the local user lets through
 */
public record Target(
        String host, int port, String authority, @Nullable SslContext tls, boolean http2, LocalRules rules) {
    /**
     * Reads {@code --to}: an {@code http}, {@code https} or {@code h2c} address, the last being HTTP/2 without TLS.
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
        boolean http2 = "h2c".equals(scheme);
        if (!secure && !http2 && !"http".equals(scheme)) {
            throw new IllegalArgumentException("The target must start with http://, https:// or h2c://,"
                    + " e.g. http://127.0.0.1:11434, not '" + text + "'");
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
        requireOrdinary(host);
        return new Target(host, port, authority, secure ? clientTls() : null, http2, LocalRules.NONE);
    }

    /** The same place under other rules. */
    public Target withRules(LocalRules others) {
        return new Target(host, port, authority, tls, http2, others);
    }

    /** Addresses under which clouds hand out the machine's credentials. A name that leads there is refused when it is dialled. */
    static boolean isLinkLocal(InetAddress address) {
        return address.isLinkLocalAddress();
    }

    private static void requireOrdinary(String host) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
            if (address != null && isLinkLocal(address)) {
                throw new IllegalArgumentException("The target " + host
                        + " is a link-local address, where clouds keep credentials; no agent leads there");
            }
        }
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
        return (http2 ? "h2c://" : tls == null ? "http://" : "https://") + authority;
    }
}
