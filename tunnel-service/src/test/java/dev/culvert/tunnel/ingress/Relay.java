package dev.culvert.tunnel.ingress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * A network that does what a test says: freeze, so that nothing passes and neither side is told; be late; reset; be gone.
 * What is under way while it is frozen arrives after the thaw, as TCP would repeat it.
 */
final class Relay implements AutoCloseable {
    private static final int PIECES_UNDER_WAY = 4096;

    private final ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final IntSupplier port;
    private final Object weather = new Object();
    private boolean frozen;
    private long mayPass;
    private volatile boolean away;
    private volatile long lateNanos;

    private record Piece(byte[] bytes, int length, long dueNanos) {}

    /** @param port where everything goes; asked for at each connection */
    Relay(IntSupplier port) throws IOException {
        this.port = port;
        threads.execute(this::accept);
    }

    String authority() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    String url() {
        return "http://" + authority();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                if (away) {
                    near.close();
                    continue;
                }
                connect(near);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void connect(Socket near) throws IOException {
        Socket far;
        try {
            far = new Socket(InetAddress.getLoopbackAddress(), port.getAsInt());
        } catch (IOException e) {
            near.close(); // nobody listens there
            return;
        }
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        sockets.add(near);
        sockets.add(far);
        pass(near, far);
        pass(far, near);
    }

    private void pass(Socket from, Socket to) {
        BlockingQueue<Piece> underWay = new ArrayBlockingQueue<>(PIECES_UNDER_WAY);
        threads.execute(() -> read(from, underWay));
        threads.execute(() -> write(from, to, underWay));
    }

    private void read(Socket from, BlockingQueue<Piece> underWay) {
        try {
            int length;
            do {
                byte[] buffer = new byte[16 * 1024];
                length = from.getInputStream().read(buffer);
                underWay.put(new Piece(buffer, length, System.nanoTime() + lateNanos));
            } while (length >= 0);
        } catch (IOException e) {
            underWay.offer(new Piece(new byte[0], -1, System.nanoTime()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Socket from, Socket to, BlockingQueue<Piece> underWay) {
        try (from;
                to) {
            for (Piece piece = underWay.take(); piece.length >= 0; piece = underWay.take()) {
                TimeUnit.NANOSECONDS.sleep(piece.dueNanos - System.nanoTime());
                synchronized (weather) {
                    while (frozen && mayPass <= 0) {
                        weather.wait();
                    }
                    mayPass -= piece.length;
                }
                to.getOutputStream().write(piece.bytes, 0, piece.length);
            }
        } catch (IOException e) {
            // Cut.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    void freeze() {
        synchronized (weather) {
            frozen = true;
            mayPass = 0;
        }
    }

    /** Lets so many bytes of what is frozen pass, of both directions together, and no more. */
    void letPass(long bytes) {
        synchronized (weather) {
            mayPass = bytes;
            weather.notifyAll();
        }
    }

    void thaw() {
        synchronized (weather) {
            frozen = false;
            weather.notifyAll();
        }
    }

    /** From now on each piece takes so long, in either direction. */
    void late(Duration time) {
        lateNanos = time.toNanos();
    }

    /** Resets what is open. */
    void reset() throws IOException {
        for (Socket socket : sockets) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (SocketException e) {
                // It ended by itself in this moment.
            }
        }
    }

    /** Resets what is open and lets nothing new through. */
    void goAway() throws IOException {
        away = true;
        reset();
    }

    void comeBack() {
        away = false;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        reset();
        threads.shutdownNow();
    }
}
