package dev.culvert.tunnel.inspector;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;

/**
 * When which piece of a body passed. Written on two loops; the first pieces are kept as long as there is room for them, the
 * others only counted by the body.
 */
final class Timeline {
    private static final int CHUNKS_AT_ONCE = 32;
    private static final int BYTES_AT_ONCE = CHUNKS_AT_ONCE * CapturedRequest.BYTES_PER_CHUNK;

    private final CaptureMemory memory;
    private final int limit;
    private final List<Chunk> chunks = new ArrayList<>();
    private int room;
    private boolean full;

    Timeline(CaptureMemory memory, int limit) {
        this.memory = memory;
        this.limit = limit;
    }

    /** From whom a piece came. */
    enum Direction {
        /** From the caller. */
        IN("in"),
        /** From the local service. */
        OUT("out");

        private final String wireName;

        Direction(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }

    /**
     * A piece of a body.
     *
     * @param direction {@code in} from the caller, {@code out} from the local service
     * @param afterMillis since the request began
     */
    record Chunk(
            @Schema(allowableValues = {"in", "out"}) String direction,

            @Schema(example = "104.2") double afterMillis,
            @Schema(example = "312") int bytes) {}

    synchronized void add(Chunk chunk) {
        full |= chunks.size() >= limit || !makeRoom();
        if (!full) {
            chunks.add(chunk);
        }
    }

    private boolean makeRoom() {
        if (chunks.size() == room) {
            if (!memory.tryTake(BYTES_AT_ONCE)) {
                return false;
            }
            room += CHUNKS_AT_ONCE;
        }
        return true;
    }

    /** The pieces; their room is free again, and none is kept any more. */
    synchronized List<Chunk> take() {
        full = true;
        List<Chunk> taken = List.copyOf(chunks);
        chunks.clear();
        memory.giveBack((long) room * CapturedRequest.BYTES_PER_CHUNK);
        room = 0;
        return taken;
    }
}
