package dev.culvert.tunnel.inspector;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;

/** When which piece of a body passed. Written on two loops; the first pieces are kept, the others only counted by the body. */
final class Timeline {
    private final int limit;
    private final List<Chunk> chunks = new ArrayList<>();

    Timeline(int limit) {
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
        if (chunks.size() < limit) {
            chunks.add(chunk);
        }
    }

    synchronized List<Chunk> chunks() {
        return List.copyOf(chunks);
    }
}
