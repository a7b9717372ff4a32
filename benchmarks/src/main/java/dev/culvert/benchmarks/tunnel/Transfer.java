package dev.culvert.benchmarks.tunnel;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One large body over a connection of its own, in one direction; what it costs here is little more than the system calls. */
final class Transfer {
    static final int MEGABYTE = 1 << 20;
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private Transfer() {}

    /** Seconds in which the bytes came from the local service. */
    static double down(Target target, long bytes) throws IOException {
        long start = System.nanoTime();
        try (SocketChannel connection = open(target)) {
            write(connection, target.head("GET", Origin.DOWN + bytes) + "Connection: close\r\n\r\n");
            expectGood(drain(connection, bytes));
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** Seconds in which the bytes went to the local service, with its answer. */
    static double up(Target target, long bytes) throws IOException {
        long start = System.nanoTime();
        try (SocketChannel connection = open(target)) {
            write(
                    connection,
                    target.head("POST", Origin.UP) + "Content-Type: application/octet-stream\r\nContent-Length: "
                            + bytes + "\r\nConnection: close\r\n\r\n");
            ByteBuffer block = ByteBuffer.allocateDirect(BUFFER_BYTES);
            for (long left = bytes; left > 0; ) {
                block.clear().limit((int) Math.min(left, BUFFER_BYTES));
                while (block.hasRemaining()) {
                    left -= connection.write(block);
                }
            }
            String answer = drain(connection, 0);
            expectGood(answer);
            if (!answer.contains(Long.toString(bytes))) {
                throw new EOFException("Not all bytes arrived: " + answer);
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static SocketChannel open(Target target) throws IOException {
        return SocketChannel.open(new InetSocketAddress(
                target.address().getHost(), target.address().getPort()));
    }

    private static void write(SocketChannel connection, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    /** Reads to the end; the beginning of what came. */
    private static String drain(SocketChannel connection, long atLeast) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        StringBuilder beginning = new StringBuilder();
        long received = 0;
        for (int read = connection.read(buffer); read >= 0; read = connection.read(buffer)) {
            if (received == 0 || (received < MAX_HEAD_BYTES && atLeast < MAX_HEAD_BYTES)) {
                beginning.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
            }
            received += read;
            buffer.clear();
        }
        if (received <= atLeast) {
            throw new EOFException("Ended after " + received + " of " + atLeast + " bytes: "
                    + beginning.substring(0, Math.min(500, beginning.length())));
        }
        return beginning.toString();
    }

    private static void expectGood(String answer) throws IOException {
        if (!answer.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("Answer " + answer.substring(0, Math.min(500, answer.length())));
        }
    }
}
