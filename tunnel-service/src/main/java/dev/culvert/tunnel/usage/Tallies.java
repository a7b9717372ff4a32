package dev.culvert.tunnel.usage;

import dev.culvert.tunnel.connection.ReplicaProperties;
import dev.culvert.tunnel.session.RequestStart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The {@linkplain Tally tallies} of a replica, in a file that is mapped into memory: what a process that is killed has written
 * there, the kernel still has (R4.6). A file of fixed size; a request for which it has no place is counted in memory alone.
 */
@Component
final class Tallies implements AutoCloseable {
    /** Names the form of the file; other numbers are those of other versions. */
    private static final long FORM = 0x43_56_54_41_4C_4C_59_01L;

    private static final int HEADER_BYTES = 64;
    private static final int ZEROS = 1 << 16;
    private static final Pattern NO_NAME_OF_A_FILE = Pattern.compile("[^A-Za-z0-9._-]");

    private final FileChannel channel;
    private final ConcurrentLinkedQueue<Tally> free = new ConcurrentLinkedQueue<>();
    private final List<Tally> leftBehind = new ArrayList<>();

    @Autowired
    Tallies(UsageProperties properties, ReplicaProperties replica) {
        this(
                properties
                        .directory()
                        .resolve("tunnel-"
                                + NO_NAME_OF_A_FILE.matcher(replica.name()).replaceAll("-") + ".tallies"),
                properties.tallies());
    }

    /**
     * Opens the file or makes it.
     *
     * @param most tallies at once; a file with another number is kept with its own
     * @throws UncheckedIOException with what to do when it cannot be used, or another process does
     */
    Tallies(Path file, int most) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock(file);
            MemorySegment all = channel.map(MapMode.READ_WRITE, 0, prepare(most), Arena.ofAuto());
            share(all);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "USAGE_SPOOL_DIR must name a folder that can be written and that no replica of the same name uses: "
                            + file,
                    e);
        }
    }

    private void lock(Path file) throws IOException {
        Optional<FileLock> lock;
        try {
            lock = Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("This process uses " + file + " already", e);
        }
        if (lock.isEmpty()) {
            channel.close();
            throw new IOException("Another process uses " + file);
        }
    }

    /**
     * Writes a new file in full: a disk without room is told of now, not when a request writes to mapped memory.
     *
     * @return how many bytes it has
     */
    private long prepare(int most) throws IOException {
        long size = channel.size();
        ByteBuffer form = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        boolean known = size > HEADER_BYTES
                && channel.read(form, 0) == Long.BYTES
                && form.flip().getLong() == FORM;
        if (known) {
            return size;
        }
        long wanted = HEADER_BYTES + (long) most * Tally.BYTES;
        channel.truncate(0);
        ByteBuffer zeros = ByteBuffer.allocate(ZEROS);
        for (long at = 0; at < wanted; at += zeros.limit()) {
            zeros.clear().limit((int) Math.min(ZEROS, wanted - at));
            while (zeros.hasRemaining()) {
                channel.write(zeros, at + zeros.position());
            }
        }
        return wanted;
    }

    private void share(MemorySegment all) {
        all.set(ValueLayout.JAVA_LONG, 0, FORM);
        for (long at = HEADER_BYTES; at + Tally.BYTES <= all.byteSize(); at += Tally.BYTES) {
            Tally tally = new Tally(all.asSlice(at, Tally.BYTES));
            if (tally.isFree()) {
                free.add(tally);
            } else {
                leftBehind.add(tally);
            }
        }
    }

    /** What a process that was killed has counted, and its last batches may hold or not. */
    List<Tally> leftBehind() {
        return List.copyOf(leftBehind);
    }

    Tally begin(RequestStart request) {
        Tally known = free.poll();
        Tally tally = known == null ? new Tally(MemorySegment.ofArray(new long[Tally.BYTES / Long.BYTES])) : known;
        tally.begin(request);
        return tally;
    }

    /** Takes back one that is free, to use it after all others: a loop that is late for its end must find nobody else there. */
    void giveBack(Tally tally) {
        if (tally.outlivesTheProcess()) {
            free.add(tally);
        }
    }

    /** Another process, or another of these, may use the file. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
