package dev.culvert.gateway.spool;

import dev.culvert.gateway.spool.SpoolMetrics.Loss;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events from any thread and writes them to files on a thread of its own, all that came in a moment at once. It wakes by
 * the clock and is never woken, which would cost whoever adds an event more than the event itself.
 */
final class SpoolWriter {
    private static final Logger log = LoggerFactory.getLogger(SpoolWriter.class);
    private static final int AT_ONCE = 1024;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final SpoolProperties properties;
    private final SpoolDirectory directory;
    private final SpoolMetrics metrics;
    private final ArrayBlockingQueue<Supplier<SpooledEvent>> queue;
    private final Thread thread;
    private volatile boolean running = true;

    // From here on the thread's own.
    private final List<Supplier<SpooledEvent>> taken = new ArrayList<>(AT_ONCE);
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
    private Optional<Segment> open = Optional.empty();
    private boolean losing;

    /** The file that is being written. */
    private static final class Segment {
        private final Path path;
        private final FileChannel channel;
        private final long openedNanos = System.nanoTime();
        private long forcedNanos = openedNanos;
        private long size;
        private boolean forced = true;

        Segment(Path path) throws IOException {
            this.path = path;
            channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }
    }

    SpoolWriter(SpoolProperties properties, SpoolDirectory directory, SpoolMetrics metrics) {
        this.properties = properties;
        this.directory = directory;
        this.metrics = metrics;
        queue = new ArrayBlockingQueue<>(properties.queue());
        thread = Thread.ofPlatform().daemon().name("spool-writer").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Adds an event, without ever waiting; it is made on the writer's thread. */
    void add(Supplier<SpooledEvent> event) {
        if (!queue.offer(event)) {
            metrics.lost(Loss.QUEUE_FULL, 1);
        }
    }

    /** Writes what is there and ends. */
    void stop() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long pause = properties.writeEvery().toNanos();
        while (running) {
            LockSupport.parkNanos(this, pause);
            writeAll();
        }
        writeAll();
        open.ifPresent(this::close);
    }

    private void writeAll() {
        while (queue.drainTo(taken, AT_ONCE) > 0) {
            write();
            taken.clear();
        }
        open.ifPresent(this::forceOrClose);
    }

    private void write() {
        if (directory.bytes() >= properties.maxSize().toBytes()) {
            lose(Loss.SPOOL_FULL, taken.size(), null);
            return;
        }
        batch.reset();
        int events = 0;
        for (Supplier<SpooledEvent> event : taken) {
            events += isWritable(event) ? 1 : 0;
        }
        try {
            Segment segment = open.isPresent() ? open.get() : openNext();
            append(segment, batch.toByteArray());
            metrics.written(events);
            losing = false;
        } catch (IOException e) {
            lose(Loss.DISK, events, e);
        }
    }

    /** Adds an event to what is about to be written; one that fails must not end the thread. */
    private boolean isWritable(Supplier<SpooledEvent> event) {
        try {
            event.get().writeTo(batch);
            return true;
        } catch (RuntimeException e) {
            metrics.lost(Loss.UNWRITABLE, 1);
            log.atError().setCause(e).log("An event of the gateway cannot be written");
            return false;
        }
    }

    private Segment openNext() throws IOException {
        Segment segment = new Segment(directory.nextPart());
        open = Optional.of(segment);
        return segment;
    }

    private void append(Segment segment, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (buffer.hasRemaining()) {
                segment.channel.write(buffer);
            }
        } catch (IOException e) {
            directory.added(buffer.position());
            close(segment); // a reader stops at what is incomplete: what comes later needs another file
            throw e;
        }
        segment.size += bytes.length;
        segment.forced = false;
        directory.added(bytes.length);
    }

    private void forceOrClose(Segment segment) {
        long now = System.nanoTime();
        if (segment.size >= properties.segmentSize().toBytes()
                || now - segment.openedNanos >= properties.segmentAge().toNanos()) {
            close(segment);
        } else if (!segment.forced
                && now - segment.forcedNanos >= properties.forceEvery().toNanos()) {
            try {
                segment.channel.force(false);
                segment.forced = true;
                segment.forcedNanos = now;
            } catch (IOException e) {
                log.atWarn().setCause(e).log("Events of the spool cannot be forced to the disk");
                close(segment);
            }
        }
    }

    private void close(Segment segment) {
        open = Optional.empty();
        try (FileChannel channel = segment.channel) {
            channel.force(false);
        } catch (IOException e) {
            log.atWarn().setCause(e).log("Events of the spool cannot be forced to the disk");
        }
        try {
            directory.closed(segment.path);
        } catch (IOException e) {
            log.atError().setCause(e).log("A file of the spool stays until the next start");
        }
    }

    private void lose(Loss reason, int events, @Nullable IOException cause) {
        metrics.lost(reason, events);
        if (!losing) {
            losing = true;
            log.atError()
                    .addKeyValue("reason", reason)
                    .addKeyValue("bytes", directory.bytes())
                    .setCause(cause)
                    .log("Events of the gateway are lost");
        }
    }
}
