package dev.culvert.tunnel.inspector;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Copies the beginning of a body while it passes. Buffers are read by index and never kept; a copy that would need more than
 * the limit or the room there is ends early. Written on one loop; taken from any thread at the end.
 */
final class BodyCopy {
    private static final int FIRST_ROOM_BYTES = 1024;
    private static final byte[] NOTHING = new byte[0];

    private final CaptureMemory memory;
    private final int limitBytes;
    private byte[] bytes = NOTHING;
    private int length;
    private long size;
    private boolean full;
    private boolean taken;

    /**
     * @param limitBytes most to copy; 0 only counts
     */
    BodyCopy(CaptureMemory memory, int limitBytes) {
        this.memory = memory;
        this.limitBytes = limitBytes;
        this.full = limitBytes == 0;
    }

    synchronized void add(ByteBuf buffer) {
        int readable = buffer.readableBytes();
        size += readable;
        if (full || taken) {
            return;
        }
        int copied = Math.min(readable, limitBytes - length);
        if (copied > 0 && makeRoom(length + copied)) {
            buffer.getBytes(buffer.readerIndex(), bytes, length, copied);
            length += copied;
        }
        full |= copied < readable;
    }

    private boolean makeRoom(int needed) {
        if (needed <= bytes.length) {
            return true;
        }
        int grown = Math.min(limitBytes, Math.max(needed, Math.max(FIRST_ROOM_BYTES, 2 * bytes.length)));
        if (!memory.tryTake(grown - bytes.length)) {
            full = true;
            return false;
        }
        bytes = Arrays.copyOf(bytes, grown);
        return true;
    }

    /** The copy; its room is free again, and nothing is copied any more. */
    synchronized CapturedBody take() {
        taken = true;
        memory.giveBack(bytes.length);
        CapturedBody body = new CapturedBody(size, Arrays.copyOf(bytes, length));
        bytes = NOTHING;
        return body;
    }
}
