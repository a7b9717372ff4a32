package dev.culvert.tunnel.usage;

import dev.culvert.tunnel.session.AnswerPart;
import dev.culvert.tunnel.session.RequestStart;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * What is counted of one request, at a fixed place of the {@linkplain Tallies file}, so that it outlives the process. How far
 * the database has it is told apart from what was moved: {@link #take} says what a batch holds, {@link #stored} that the batch
 * is in the database. Each number has one writer: the loop of its direction, or the thread that cuts batches.
 */
final class Tally {
    /** Of the place of one request. */
    static final int BYTES = 320;

    private static final int MAX_ANSWER_BYTES = 64;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private static final long FREE = 0;
    private static final long RUNNING = 1;
    private static final long ENDED = 2;

    private static final int STATE = 0;
    private static final int TUNNEL = 8;
    private static final int TENANT = 24;
    private static final int USER = 40;
    private static final int BYTES_IN = 56;
    private static final int BYTES_OUT = 64;
    private static final int STORED_IN = 72;
    private static final int STORED_OUT = 80;
    private static final int BATCH = 88;
    private static final int BATCH_IN = 104;
    private static final int BATCH_OUT = 112;
    private static final int BATCH_HAS_END = 120;
    private static final int OFFSET = 128;
    private static final int ENDED_AT = 136;
    private static final int MILLIS = 144;
    private static final int ERROR = 152;
    private static final int MAY_GO_ON = 160;
    private static final int PROMPT = 168;
    private static final int COMPLETION = 176;
    private static final int ANSWER_LENGTH = 184;
    private static final int ANSWER = 192;

    /** Offset of an answer that nobody else can go on with. */
    private static final long WHOLE = -1;

    private static final UUID NO_BATCH = new UUID(0, 0);

    private final MemorySegment place;

    /**
     * How a request ended.
     *
     * @param mayGoOn whether another request may go on with its answer
     */
    record End(Instant at, boolean error, boolean mayGoOn, long millis, TokenCount tokens) {}

    /** @param place {@value #BYTES} bytes, of the file or of memory that is lost with the process */
    Tally(MemorySegment place) {
        this.place = place;
    }

    boolean outlivesTheProcess() {
        return place.isMapped();
    }

    private long get(int field) {
        return (long) LONG.getAcquire(place, (long) field);
    }

    /** In the order of the program: a process that is killed leaves what came before. */
    private void set(int field, long value) {
        LONG.setRelease(place, (long) field, value);
    }

    private UUID id(int field) {
        return new UUID(get(field), get(field + Long.BYTES));
    }

    private void set(int field, UUID id) {
        set(field, id.getMostSignificantBits());
        set(field + Long.BYTES, id.getLeastSignificantBits());
    }

    /** A request begins here. */
    void begin(RequestStart request) {
        set(TUNNEL, request.tunnelId());
        set(TENANT, request.tenantId());
        set(USER, request.userId());
        for (int field = BYTES_IN; field < ANSWER; field += Long.BYTES) {
            set(field, 0);
        }
        set(OFFSET, request.part().map(AnswerPart::offset).orElse(WHOLE));
        byte[] answer = request.part()
                .map(AnswerPart::answer)
                .orElseGet(request.requestId()::toString)
                .getBytes(StandardCharsets.US_ASCII);
        if (answer.length > MAX_ANSWER_BYTES) {
            throw new IllegalArgumentException("The name of an answer has " + answer.length + " bytes");
        }
        MemorySegment.copy(answer, 0, place, ValueLayout.JAVA_BYTE, ANSWER, answer.length);
        set(ANSWER_LENGTH, answer.length);
        set(STATE, RUNNING);
    }

    void addIn(int bytes) {
        LONG.getAndAdd(place, (long) BYTES_IN, (long) bytes);
    }

    void addOut(int bytes) {
        LONG.getAndAdd(place, (long) BYTES_OUT, (long) bytes);
    }

    void end(End end) {
        set(ENDED_AT, end.at().toEpochMilli());
        set(MILLIS, end.millis());
        set(ERROR, end.error() ? 1 : 0);
        set(MAY_GO_ON, end.mayGoOn() ? 1 : 0);
        set(PROMPT, end.tokens().prompt());
        set(COMPLETION, end.tokens().completion());
        set(STATE, ENDED);
    }

    /** Nothing of it is needed any more. */
    void free() {
        set(STATE, FREE);
    }

    boolean isFree() {
        return get(STATE) == FREE;
    }

    boolean hasEnded() {
        return get(STATE) == ENDED;
    }

    End end() {
        return new End(
                Instant.ofEpochMilli(get(ENDED_AT)),
                get(ERROR) != 0,
                get(MAY_GO_ON) != 0,
                get(MILLIS),
                new TokenCount(get(PROMPT), get(COMPLETION)));
    }

    UsageBatch.Key keyAt(Instant time) {
        return new UsageBatch.Key(id(TUNNEL), id(TENANT), id(USER), UsageBatch.hourOf(time));
    }

    String answer() {
        byte[] answer = new byte[Math.clamp(get(ANSWER_LENGTH), 0, MAX_ANSWER_BYTES)];
        MemorySegment.copy(place, ValueLayout.JAVA_BYTE, ANSWER, answer, 0, answer.length);
        return new String(answer, StandardCharsets.US_ASCII);
    }

    /** Whether another replica may go on with the answer, or this one goes on with another's. */
    boolean isPart() {
        return get(OFFSET) != WHOLE;
    }

    /** Whether another request has brought what lies before. */
    boolean isContinued() {
        return get(OFFSET) > 0;
    }

    /** Bytes of the answer from its beginning, also those that others brought. */
    long answered() {
        return Math.max(0, get(OFFSET)) + get(BYTES_OUT);
    }

    /** Bytes of the caller that no stored batch has. */
    long newIn() {
        return get(BYTES_IN) - get(STORED_IN);
    }

    /** Bytes of the answer that no stored batch has. */
    long newOut() {
        return get(BYTES_OUT) - get(STORED_OUT);
    }

    /**
     * A batch holds so much of what was new.
     *
     * @param withEnd whether it counts the request itself as well
     */
    void take(UUID batch, long in, long out, boolean withEnd) {
        set(BATCH, NO_BATCH); // not yet, should this be the last that the process does
        set(BATCH_IN, get(STORED_IN) + in);
        set(BATCH_OUT, get(STORED_OUT) + out);
        set(BATCH_HAS_END, withEnd ? 1 : 0);
        set(BATCH + Long.BYTES, batch.getLeastSignificantBits());
        set(BATCH, batch.getMostSignificantBits());
    }

    /**
     * The batch that took from here last is in the database.
     *
     * @return whether that was all, and the place is free
     */
    boolean stored() {
        boolean all = get(BATCH_HAS_END) != 0;
        if (all) {
            free();
        } else {
            set(STORED_IN, get(BATCH_IN));
            set(STORED_OUT, get(BATCH_OUT));
        }
        return all;
    }

    boolean isTakenBy(UUID batch) {
        return id(BATCH).equals(batch);
    }
}
