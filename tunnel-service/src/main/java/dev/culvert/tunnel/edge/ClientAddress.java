package dev.culvert.tunnel.edge;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Where a request comes from. */
public final class ClientAddress {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private ClientAddress() {}

    /**
     * Behind the gateway the client's address is the one it forwards. It is believed from inside networks only: who reaches
     * this port from outside is its own witness to nothing.
     *
     * @return null when it cannot be told
     */
    public static @Nullable InetAddress of(Channel client, HttpRequest request) {
        if (!(client.remoteAddress() instanceof InetSocketAddress peer)) {
            return null;
        }
        String forwarded = request.headers().get(FORWARDED_FOR);
        if (forwarded == null || !isInside(peer.getAddress())) {
            return peer.getAddress();
        }
        try {
            return InetAddress.ofLiteral(forwarded.split(",", 2)[0].trim());
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    /** The same as text; empty when it cannot be told. */
    public static String textOf(Channel client, HttpRequest request) {
        InetAddress address = of(client, request);
        return address == null ? "" : address.getHostAddress();
    }

    private static boolean isInside(InetAddress address) {
        boolean uniqueLocal = address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc;
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || uniqueLocal;
    }
}
