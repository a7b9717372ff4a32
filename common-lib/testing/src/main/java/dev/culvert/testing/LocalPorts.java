package dev.culvert.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of the loopback address, below those that Linux and macOS give to outgoing connections: one of these would take
 * the port of a server that is away for a while, be it by calling that very port.
 */
public final class LocalPorts {
    private static final int FIRST = 15_000;
    private static final int BEYOND = 32_000;
    private static final int TRIES = 1_000;

    private LocalPorts() {}

    /** A port that was free a moment ago; nothing keeps it free. */
    public static int free() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, BEYOND);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (BindException _) {
                // Somebody has it: another one.
            } catch (IOException e) {
                throw new UncheckedIOException("Port " + port + " of 127.0.0.1 cannot be tried", e);
            }
        }
        throw new IllegalStateException("No free port on 127.0.0.1 after " + TRIES + " tries");
    }

    static URI http(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
