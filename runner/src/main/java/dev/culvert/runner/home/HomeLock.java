package dev.culvert.runner.home;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * One runner per data folder. The kernel frees the lock however the runner ends, so it is never stale. The file holds the
 * runner's process id for {@code ./culvert}, which must not build over a running runner.
 */
public final class HomeLock implements AutoCloseable {

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the lock, or answers empty when another runner holds it. */
    public static Optional<HomeLock> take(Home home) throws IOException {
        var channel = FileChannel.open(home.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @SuppressWarnings("resource") // freed with the channel
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return Optional.of(new HomeLock(channel));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
