package dev.culvert.agent.forward;

import dev.culvert.tunnelprotocol.MemoryBudget;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers that another link of this agent can go on with when the one they were sent over is lost. Shared by all links of an
 * agent; see {@link WayToCaller#goOn}.
 */
public final class KeptAnswers {
    /** How long an answer waits for somebody to ask for the rest of it. */
    static final Duration KEEP = Duration.ofSeconds(5);

    /** A longer answer is a download, which its caller can go on with by itself (RFC 9110 §14). */
    private static final long MOST_BYTES_OF_KNOWN_LENGTH = 64L * 1024;

    private static final long MEMORY_BYTES = 32L * 1024 * 1024;
    private static final int MOST_KEY_LENGTH = 128;

    private final String agentInstance;
    private final MemoryBudget memory = new MemoryBudget(MEMORY_BYTES);
    private final ConcurrentHashMap<String, Kept> answers = new ConcurrentHashMap<>();

    /**
     * @param agentInstance name under which this agent process is known to the service
     */
    public KeptAnswers(String agentInstance) {
        this.agentInstance = agentInstance;
    }

    /** One answer and what is left of it. */
    final class Kept {
        private final String key;
        private final WayToCaller way;
        private final AnswerTail tail;

        private Kept(String key, WayToCaller way, AnswerTail tail) {
            this.key = key;
            this.way = way;
            this.tail = tail;
        }

        AnswerTail tail() {
            return tail;
        }

        String agentInstance() {
            return agentInstance;
        }

        /** Frees its memory; to be called on the event loop of the answer, once or more often. */
        void forget() {
            if (answers.remove(key, this)) {
                tail.release();
            }
        }
    }

    /**
     * Begins to keep an answer.
     *
     * @param length of its body, negative if that is not known
     * @return null if it is not worth that, or there is no memory, or another one has its name
     */
    @Nullable
    Kept keep(String key, WayToCaller way, long length) {
        if (length > MOST_BYTES_OF_KNOWN_LENGTH || key.length() > MOST_KEY_LENGTH) {
            return null;
        }
        AnswerTail tail = AnswerTail.begin(memory, length);
        if (tail == null) {
            return null;
        }
        Kept kept = new Kept(key, way, tail);
        if (answers.putIfAbsent(key, kept) != null) {
            tail.release();
            return null;
        }
        return kept;
    }

    /** The way of the answer that is kept under a name. From any thread. */
    @Nullable
    WayToCaller find(String key) {
        Kept kept = answers.get(key);
        return kept == null ? null : kept.way;
    }

    /** Bytes that all answers hold. */
    long reservedBytes() {
        return memory.reservedBytes();
    }
}
