package dev.culvert.agent.forward;

import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The last bytes of an answer, at most a mebibyte and fewer where memory is short. Used by one event loop. */
final class AnswerTail {
    static final int MOST_BYTES = 1 << 20;

    private static final int FIRST_BYTES = 1024;
    private static final int PIECE_BYTES = 32 * 1024;
    private static final byte[] NOTHING = {};

    private final MemoryBudget memory;
    private byte[] ring;
    private long start;
    private long end;

    private AnswerTail(MemoryBudget memory, int bytes) {
        this.memory = memory;
        this.ring = new byte[bytes];
    }

    /**
     * Begins with nothing.
     *
     * @param length of the answer, negative if that is not known
     * @return null if there is no memory
     */
    static @Nullable AnswerTail begin(MemoryBudget memory, long length) {
        // Many short answers must not take the room of a long one.
        return length > 0
                ? reserved(memory, (int) Math.min(length, MOST_BYTES), true)
                : reserved(memory, FIRST_BYTES, false);
    }

    private static @Nullable AnswerTail reserved(MemoryBudget memory, int bytes, boolean spare) {
        boolean taken = spare ? memory.tryReserveSpare(bytes) : memory.tryReserve(bytes);
        return taken ? new AnswerTail(memory, bytes) : null;
    }

    /** Adds bytes, which stay readable, and forgets the oldest for them if there is no room. */
    void add(ByteBuf bytes) {
        int size = bytes.readableBytes();
        growFor(size);
        int kept = Math.min(size, ring.length);
        long at = end + size - kept;
        int index = bytes.readerIndex() + size - kept;
        end += size;
        start = Math.max(start, end - ring.length);
        while (at < end) {
            int position = positionIn(ring, at);
            int length = (int) Math.min(end - at, ring.length - position);
            bytes.getBytes(index, ring, position, length);
            index += length;
            at += length;
        }
    }

    private void growFor(int size) {
        int wanted = ring.length;
        while (wanted < MOST_BYTES && end - start + size > wanted) {
            wanted = Math.min(MOST_BYTES, wanted * 2);
        }
        if (wanted == ring.length || !memory.tryReserve(wanted - ring.length)) {
            return;
        }
        byte[] larger = new byte[wanted];
        for (long at = start; at < end; ) {
            int from = positionIn(ring, at);
            int to = positionIn(larger, at);
            int length = (int) Math.min(end - at, Math.min(ring.length - from, larger.length - to));
            System.arraycopy(ring, from, larger, to, length);
            at += length;
        }
        ring = larger;
    }

    private static int positionIn(byte[] bytes, long offset) {
        return (int) (offset % bytes.length);
    }

    /** Whether all bytes from an offset on are here. */
    boolean reachesBackTo(long offset) {
        return offset >= start && offset <= end && ring.length > 0;
    }

    /** Hands out copies of all bytes from an offset on, in order. */
    void read(long offset, Consumer<ByteBuf> pieces) {
        for (long at = offset; at < end; ) {
            int position = positionIn(ring, at);
            int length = (int) Math.min(Math.min(end - at, PIECE_BYTES), ring.length - position);
            pieces.accept(Unpooled.copiedBuffer(ring, position, length));
            at += length;
        }
    }

    /** Gives the memory back; nothing is here any more. */
    void release() {
        memory.release(ring.length);
        ring = NOTHING;
        start = end;
    }
}
