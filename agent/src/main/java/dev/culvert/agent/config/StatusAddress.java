package dev.culvert.agent.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where the status page may listen: on the loopback address, since it asks nobody who they are. */
public final class StatusAddress {
    private StatusAddress() {}

    /**
     * Reads {@code PORT} or {@code HOST:PORT}.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("the status page needs PORT or HOST:PORT, not '" + text + "'");
        }
        InetAddress address = host.equals("localhost") ? InetAddress.getLoopbackAddress() : literal(host);
        if (!address.isLoopbackAddress()) {
            throw new IllegalArgumentException("the status page has no sign-in, so it listens on 127.0.0.1 or [::1]"
                    + " only, not on " + host + "; put a server with one in front of it");
        }
        return new InetSocketAddress(address, Integer.parseInt(port));
    }

    private static InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + host + "' is no address", e);
        }
    }
}
