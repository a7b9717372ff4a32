package dev.culvert.tunnel.ingress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/**
 * A network of its own with TCP of the kernel on both sides and the weather between them, as a program that is started with
 * {@code unshare --user --map-root-user --net}. Connections come in by one Unix socket, cross the weather and leave by another.
 *
 * <p>There is one device, and whatever the kernel sends to {@value #FAR} comes back with both addresses exchanged (checksums are
 * sums and stay right), so that a connection to it ends at a listener on {@value #NEAR}.
 */
final class LossyNetwork {
    static final String ENTRY = "entry";
    static final String EXIT = "exit";
    static final String READY = "ready";
    /** Begins the sentence that says why there cannot be such a network here. */
    static final String IMPOSSIBLE = "impossible: ";
    /** Each packet's time on its way; half a round trip. */
    static final long DELAY_MILLIS = 100;

    private static final String NEAR = "10.77.0.1";
    private static final String FAR = "10.77.0.2";
    private static final int LISTENER = 7777;
    private static final double LATE_SHARE = 0.02;
    private static final int LATE_MILLIS = 50;

    private final DelayQueue<Packet> underWay = new DelayQueue<>();
    private final Map<Integer, Fate> fates = new ConcurrentHashMap<>();
    private final Path directory;
    private final Tun tun;
    private volatile boolean fair = true;

    private LossyNetwork(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.tun = new Tun("lossy");
        ip("address", "add", NEAR + "/24", "dev", "lossy");
        ip("link", "set", "lossy", "up");
        // Most machines have this one; others make less of losses, and what is compared would be processor time.
        ip("route", "change", "10.77.0.0/24", "dev", "lossy", "src", NEAR, "congctl", "cubic");
    }

    /** Ends when its input does, so that it does not outlive the test. The first line that comes in begins the losses. */
    public static void main(String[] arguments) throws Exception {
        LossyNetwork network;
        try {
            network = new LossyNetwork(Path.of(arguments[0]));
        } catch (IOException e) {
            IO.println(IMPOSSIBLE + e.getMessage());
            return;
        }
        network.run();
        IO.println(READY);
        if (IO.readln() != null) {
            network.fair = false;
            IO.readln();
        }
        System.exit(0);
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder("ip").inheritIO();
        for (String argument : arguments) {
            command.command().add(argument);
        }
        if (command.start().waitFor() != 0) {
            throw new IOException(String.join(" ", command.command()) + " is refused");
        }
    }

    private interface Loop {
        void once() throws Exception;
    }

    private static void forEver(Loop loop) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    loop.once();
                }
            } catch (Exception e) {
                e.printStackTrace(); // for whoever starts this by hand: the test only sees that it ends
                System.exit(1);
            }
        });
    }

    private void run() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(NEAR, LISTENER));
        ServerSocketChannel entry = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(directory.resolve(ENTRY)));
        forEver(() -> takeIn(tun.read()));
        forEver(() -> tun.write(underWay.take().bytes));
        forEver(() -> onThread(entry.accept(), this::enter));
        forEver(() -> onThread(listener.accept(), this::leave));
    }

    private interface Step {
        void take(SocketChannel connection) throws IOException;
    }

    private static void onThread(SocketChannel connection, Step step) {
        Thread.startVirtualThread(() -> {
            try (connection) {
                step.take(connection);
            } catch (IOException e) {
                // One end is gone, and closing tells the other.
            }
        });
    }

    /** What comes in says first what it will meet, then where it goes, which is for the other end. */
    private void enter(SocketChannel near) throws IOException {
        Pipes.withSmallBuffers(near);
        ByteBuffer head = Pipes.readExactly(near, 2 * Integer.BYTES);
        double loss = head.getInt() / 100.0;
        int seed = head.getInt();
        try (SocketChannel across = SocketChannel.open().bind(new InetSocketAddress(NEAR, 0))) {
            fates.put(((InetSocketAddress) across.getLocalAddress()).getPort(), new Fate(loss, seed));
            across.connect(new InetSocketAddress(InetAddress.getByName(FAR), LISTENER));
            Pipes.join(near, across);
        }
    }

    private void leave(SocketChannel across) throws IOException {
        try (SocketChannel far = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(EXIT)))) {
            Pipes.join(across, Pipes.withSmallBuffers(far));
        }
    }

    private void takeIn(byte[] packet) {
        if (packet[0] >> 4 != 4) {
            return; // the kernel looks for routers of IPv6
        }
        int tcp = (packet[0] & 0xf) * 4;
        int source = port(packet, tcp);
        boolean forth = source != LISTENER;
        Fate fate = fates.get(forth ? source : port(packet, tcp + 2));
        long millis = DELAY_MILLIS;
        if (fate != null && !fair) {
            double chance = fate.next(forth, packet.length);
            if (chance < fate.loss) {
                return;
            }
            millis += chance > 1 - LATE_SHARE ? LATE_MILLIS : 0;
        }
        exchangeAddresses(packet);
        underWay.add(new Packet(packet, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis)));
    }

    private static int port(byte[] packet, int offset) {
        return (packet[offset] & 0xff) << 8 | packet[offset + 1] & 0xff;
    }

    private static void exchangeAddresses(byte[] packet) {
        for (int i = 12; i < 16; i++) {
            byte source = packet[i];
            packet[i] = packet[i + 4];
            packet[i + 4] = source;
        }
    }

    /**
     * What a connection's packets meet. Large ones and small ones each have their own row of chances, so that two connections of
     * the same seed that carry the same body lose the same parts of it, whatever else they say.
     */
    private static final class Fate {
        private static final int LARGE = 1000;

        private final double loss;
        private final SplittableRandom[] chances = new SplittableRandom[4];

        Fate(double loss, int seed) {
            this.loss = loss;
            SplittableRandom seeds = new SplittableRandom(seed);
            for (int i = 0; i < chances.length; i++) {
                chances[i] = seeds.split();
            }
        }

        double next(boolean forth, int length) {
            return chances[(forth ? 2 : 0) + (length > LARGE ? 1 : 0)].nextDouble();
        }
    }

    private record Packet(byte[] bytes, long dueNanos) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.signum(dueNanos - ((Packet) other).dueNanos);
        }
    }
}
