package dev.culvert.gateway.cache;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * A body on its way that any number of clients read, each at its own pace and from the beginning. Written by one thread at a
 * time. The chunks are a chain that each reader walks along: once nobody new may begin, what the slowest has read is
 * forgotten by itself. A reader who falls too far behind the others is cut off, so that it cannot fill the memory.
 */
final class SharedBody {
    private static final byte[] NOTHING = {};
    private static final int MAX_LAG = 8 * 1024 * 1024;

    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private final Runnable wanted;
    private volatile @Nullable Chunk first;
    private volatile Chunk last;
    private volatile long written;

    private static final class Chunk {
        private final byte[] bytes;
        private volatile @Nullable Chunk next;
        private volatile boolean end;
        private volatile @Nullable Throwable failure;

        Chunk(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * An empty body.
     *
     * @param wanted called when a reader has read all there is and could take more
     */
    SharedBody(Runnable wanted) {
        this.wanted = wanted;
        this.last = new Chunk(NOTHING);
        this.first = last;
    }

    /** A complete one. */
    static SharedBody of(byte[] bytes) {
        SharedBody body = new SharedBody(() -> {});
        body.add(bytes);
        body.complete();
        return body;
    }

    /** Takes more of the body; its readers get it with {@link #passOn()}. */
    void add(byte[] bytes) {
        Chunk chunk = new Chunk(bytes);
        long before = written;
        written = before + bytes.length; // one writer at a time
        last.next = chunk;
        last = chunk;
    }

    void passOn() {
        readers.forEach(reader -> reader.advance(written));
    }

    void complete() {
        last.end = true;
        passOn();
    }

    void fail(Throwable failure) {
        last.failure = failure;
        last.end = true;
        passOn();
    }

    /** Lets nobody new begin. */
    void close() {
        first = null;
    }

    long length() {
        return written;
    }

    /** All bytes there are; empty when it was closed and may have forgotten some. */
    Optional<byte[]> bytes() {
        Chunk chunk = first;
        if (chunk == null) {
            return Optional.empty();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream((int) written);
        while (chunk != null) {
            all.writeBytes(chunk.bytes);
            chunk = chunk.next;
        }
        return Optional.of(all.toByteArray());
    }

    /** The body from its beginning; empty when it is too late for that. Once subscribed it is read until its end. */
    Optional<Flux<DataBuffer>> read(DataBufferFactory buffers) {
        Chunk start = first;
        return start == null
                ? Optional.empty()
                : Optional.of(Flux.create(
                        sink -> {
                            Reader reader = new Reader(sink, buffers, start);
                            readers.add(reader);
                            sink.onDispose(() -> readers.remove(reader));
                            sink.onRequest(_ -> reader.advance(written));
                        },
                        FluxSink.OverflowStrategy.BUFFER));
    }

    private final class Reader {
        private final FluxSink<DataBuffer> sink;
        private final DataBufferFactory buffers;
        private final AtomicInteger calls = new AtomicInteger();
        private Chunk at;
        private long read;

        Reader(FluxSink<DataBuffer> sink, DataBufferFactory buffers, Chunk start) {
            this.sink = sink;
            this.buffers = buffers;
            this.at = start;
        }

        /** Passes on what there is and is wanted. Called by writer and reader alike: one does the work, the other repeats it. */
        void advance(long writtenSoFar) {
            if (calls.getAndIncrement() != 0) {
                return;
            }
            int served = 1;
            do {
                pass(writtenSoFar);
                served = calls.addAndGet(-served);
            } while (served != 0);
        }

        private void pass(long writtenSoFar) {
            while (!sink.isCancelled()) {
                boolean end = at.end; // before next: what is added later than the end does not exist
                Chunk next = at.next;
                if (next == null) {
                    finishOrWait(end);
                    return;
                }
                if (sink.requestedFromDownstream() == 0) {
                    if (writtenSoFar - read > MAX_LAG) {
                        sink.error(new IllegalStateException("Reads too slowly to share an answer"));
                    }
                    return;
                }
                at = next;
                read += next.bytes.length;
                sink.next(buffers.wrap(next.bytes));
            }
        }

        private void finishOrWait(boolean end) {
            if (end) {
                Throwable failure = at.failure;
                if (failure == null) {
                    sink.complete();
                } else {
                    sink.error(failure);
                }
            } else if (sink.requestedFromDownstream() > 0) {
                wanted.run();
            }
        }
    }
}
