package dev.culvert.tunnel.ingress;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;

/** Joins two connections of whatever kind, each end by itself. */
final class Pipes {
    /** Little, so that what is sent waits where TCP sees it and not on its way there. */
    static final int BUFFER_BYTES = 64 * 1024;

    private Pipes() {}

    /** Passes bytes both ways until both directions have ended. */
    static void join(SocketChannel one, SocketChannel other) {
        CountDownLatch back = new CountDownLatch(1);
        try (one;
                other) {
            atOnce(one);
            atOnce(other);
            Thread.startVirtualThread(() -> {
                pass(other, one);
                back.countDown();
            });
            pass(one, other);
            back.await();
        } catch (IOException e) {
            // It was closed already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Small pieces do not wait for what was sent before: on a long way that would cost a round trip each. */
    private static void atOnce(SocketChannel channel) throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    private static void pass(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES / 4);
        try {
            while (from.read(buffer) >= 0) {
                writeAll(to, buffer.flip());
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is of no use to anybody any more.
        }
    }

    static void writeAll(SocketChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /** Exactly so many bytes, ready to be read. */
    static ByteBuffer readExactly(SocketChannel from, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (from.read(bytes) < 0) {
                throw new IOException("Ended early");
            }
        }
        return bytes.flip();
    }

    static SocketChannel withSmallBuffers(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER_BYTES);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
        return channel;
    }
}
