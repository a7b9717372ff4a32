package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Leads connections of this process through a {@link LossyNetwork} and back to a port of this process. */
final class LossyWay implements AutoCloseable {
    private final Path directory;
    private final ServerSocketChannel exit;
    private final List<ServerSocketChannel> entries = new ArrayList<>();
    private final Process network;

    /** Skips the test where the machine allows no such network. */
    LossyWay(Path directory) throws IOException {
        this.directory = directory;
        exit = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(directory.resolve(LossyNetwork.EXIT)));
        accept(exit, this::leave);
        try {
            network = new ProcessBuilder(
                            "unshare",
                            "--user",
                            "--map-root-user",
                            "--net",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Djava.net.preferIPv4Stack=true",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LossyNetwork.class.getName(),
                            directory.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            exit.close();
            abort("There is no unshare on this machine, with which a lossy network of its own is made");
            throw e;
        }
        awaitReady();
    }

    private void awaitReady() throws IOException {
        BufferedReader said = network.inputReader();
        StringBuilder text = new StringBuilder();
        for (String line = said.readLine(); !LossyNetwork.READY.equals(line); line = said.readLine()) {
            if (line == null) {
                close();
                break;
            }
            text.append(line).append('\n');
            if (line.startsWith("unshare: ") || line.startsWith(LossyNetwork.IMPOSSIBLE)) {
                close();
                abort("This machine allows no lossy network of its own: " + text);
            }
        }
        assertThat(network.isAlive()).as(text.toString()).isTrue();
    }

    private interface Step {
        void take(SocketChannel connection) throws IOException;
    }

    private static void accept(ServerSocketChannel listener, Step step) {
        Thread.startVirtualThread(() -> {
            while (listener.isOpen()) {
                try {
                    SocketChannel connection = listener.accept();
                    Thread.startVirtualThread(() -> {
                        try (connection) {
                            step.take(connection);
                        } catch (IOException e) {
                            // One end is gone, and closing tells the other.
                        }
                    });
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    /**
     * Opens a way.
     *
     * @param port where it ends
     * @param lossPercent of a hundred packets, so many are lost once it has begun
     * @param seed ways of the same one lose the same packets of the same body
     * @return the port where it begins
     */
    int to(int port, int lossPercent, int seed) throws IOException {
        ServerSocketChannel entry = ServerSocketChannel.open();
        entry.setOption(StandardSocketOptions.SO_RCVBUF, Pipes.BUFFER_BYTES);
        entry.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        entries.add(entry);
        accept(entry, near -> enter(near, lossPercent, seed, port));
        return ((InetSocketAddress) entry.getLocalAddress()).getPort();
    }

    private void enter(SocketChannel near, int lossPercent, int seed, int port) throws IOException {
        try (SocketChannel across =
                SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(LossyNetwork.ENTRY)))) {
            ByteBuffer head = ByteBuffer.allocate(3 * Integer.BYTES)
                    .putInt(lossPercent)
                    .putInt(seed)
                    .putInt(port);
            Pipes.writeAll(across, head.flip());
            Pipes.join(near, Pipes.withSmallBuffers(across));
        }
    }

    private void leave(SocketChannel across) throws IOException {
        int port = Pipes.readExactly(across, Integer.BYTES).getInt();
        try (SocketChannel far = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            Pipes.join(Pipes.withSmallBuffers(across), far);
        }
    }

    /** From now on packets are lost and late; until now each took its time. */
    void loseSome() throws IOException {
        network.getOutputStream().write('\n');
        network.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        exit.close();
        for (ServerSocketChannel entry : entries) {
            entry.close();
        }
        network.destroy();
        Files.deleteIfExists(directory.resolve(LossyNetwork.ENTRY));
    }
}
