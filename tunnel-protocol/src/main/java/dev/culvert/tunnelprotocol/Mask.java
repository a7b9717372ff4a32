package dev.culvert.tunnelprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * Puts the mask of a WebSocket frame on its payload, or takes it off, which is the same (RFC 6455 §5.3).
 *
 * <p>Netty does this with a checked read and a checked write of the buffer for eight bytes, which the JVM's quick compiler
 * makes no tight loop of: it was 85 % of a download where that compiler runs alone. Here blocks of longs are copied out and
 * in again, and what lies between is a loop over an array, which any compiler makes well.
 */
final class Mask {
    private static final int BLOCK_LONGS = 1024;

    /** One for each event loop and not for each connection, of which there may be thousands. */
    private static final FastThreadLocal<long[]> BLOCK = new FastThreadLocal<>() {
        @Override
        protected long[] initialValue() {
            return new long[BLOCK_LONGS];
        }
    };

    private Mask() {}

    /**
     * Changes bytes in place.
     *
     * @param bytes in one piece of memory, which nobody else reads
     * @param key in network order: its highest byte is for the first byte
     */
    static void apply(ByteBuf bytes, int index, int length, int key) {
        LongBuffer view =
                bytes.nioBuffer(index, length).order(ByteOrder.nativeOrder()).asLongBuffer();
        long pattern = pattern(key);
        long[] block = BLOCK.get();
        for (int at = 0; view.hasRemaining(); at = view.position()) {
            int count = Math.min(block.length, view.remaining());
            view.get(block, 0, count);
            for (int i = 0; i < count; i++) {
                block[i] ^= pattern;
            }
            view.put(at, block, 0, count);
        }
        int whole = length & -Long.BYTES;
        for (int i = whole; i < length; i++) {
            bytes.setByte(index + i, bytes.getByte(index + i) ^ (key >>> (Byte.SIZE * (3 - (i & 3)))));
        }
    }

    /** The key twice, as eight bytes of memory read as one long. */
    private static long pattern(int key) {
        return ByteBuffer.allocate(Long.BYTES)
                .putInt(key)
                .putInt(key)
                .flip()
                .order(ByteOrder.nativeOrder())
                .getLong();
    }

    /** The key for what follows a number of masked bytes. */
    static int after(int bytes, int key) {
        return Integer.rotateLeft(key, Byte.SIZE * (bytes & 3));
    }
}
