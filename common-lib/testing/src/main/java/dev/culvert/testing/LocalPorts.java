package dev.culvert.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;

/** Free ports of the loopback address. */
public final class LocalPorts {

    private LocalPorts() {}

    /** A port that was free a moment ago; nothing keeps it free. */
    public static int free() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on 127.0.0.1", e);
        }
    }

    static URI http(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
