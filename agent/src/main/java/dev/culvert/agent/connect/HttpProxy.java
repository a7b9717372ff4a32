package dev.culvert.agent.connect;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP proxy that passes connections on by CONNECT (RFC 9110 §9.3.6).
 *
 * @param user name it is told, or empty where it wants none
 * @param password never logged
 */
public record HttpProxy(String host, int port, String user, String password) {
    private static final int DEFAULT_PORT = 8080;

    /**
     * Reads the address of a proxy, {@code http://[user:password@]host[:port]}.
     *
     * @throws IllegalArgumentException with a sentence for the user, which tells nothing of a password
     */
    public static HttpProxy parse(String text) {
        URI uri;
        try {
            uri = new URI(text.contains("://") ? text : "http://" + text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("The address of the proxy is no URL"); // the cause would quote it
        }
        if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("The proxy must be http://[user:password@]host:port");
        }
        String[] credentials = uri.getRawUserInfo() == null
                ? new String[] {""}
                : uri.getRawUserInfo().split(":", 2);
        return new HttpProxy(
                withoutBrackets(uri.getHost()),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                decoded(credentials[0]),
                credentials.length > 1 ? decoded(credentials[1]) : "");
    }

    /**
     * What the environment says, by the variables that most programs know: HTTPS_PROXY or HTTP_PROXY and NO_PROXY, also in lower
     * case. A server on this machine is never asked for through a proxy.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static Optional<HttpProxy> of(Map<String, String> environment, Server server) {
        String name = server.tls() == null ? "HTTP_PROXY" : "HTTPS_PROXY";
        String address = value(environment, name);
        if (address.isEmpty()
                || isLoopback(server.host())
                || isExcepted(value(environment, "NO_PROXY"), server.host(), server.port())) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(address));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static String value(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, environment.get(name.toLowerCase(Locale.ROOT)));
        return value == null ? "" : value.strip();
    }

    private static boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }

    /** A name stands for itself and for what is below it; a port may follow. */
    private static boolean isExcepted(String exceptions, String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        for (String part : exceptions.split(",", -1)) {
            String exception = part.strip().toLowerCase(Locale.ROOT);
            if (exception.endsWith(":" + port)) {
                exception = exception.substring(0, exception.lastIndexOf(':'));
            }
            String below = exception.startsWith("*") ? exception.substring(1) : exception;
            String bare = below.startsWith(".") ? below.substring(1) : below;
            if (exception.equals("*") || (!bare.isEmpty() && (name.equals(bare) || name.endsWith("." + bare)))) {
                return true;
            }
        }
        return false;
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "http://" + host + ":" + port;
    }
}
