package dev.culvert.agent.running;

import dev.culvert.agent.config.AgentConfig;
import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.ConfigFile;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the configuration file changed. It watches the folder: editors write another file and move it over the old one,
 * and mounted configuration is a link that is turned. A file that cannot be used changes nothing.
 */
public final class ConfigWatch implements AutoCloseable {
    /** Editors write in several steps. */
    private static final long SETTLED_AFTER_MILLIS = 200;

    private final ConfigFile file;
    private final Listener listener;
    private final WatchService watch;
    private final Thread thread;

    /** Who is told. Called on the watching thread. */
    public interface Listener {
        /**
         * The file says something else.
         *
         * @throws ConfigException if it cannot be used yet; it is tried again whenever the folder stirs
         */
        void changed(AgentConfig config) throws ConfigException;

        void refused(ConfigException problem);
    }

    /**
     * Starts to watch.
     *
     * @param now what was read of the file; only what differs from it is told
     */
    public ConfigWatch(ConfigFile file, AgentConfig now, Listener listener) throws IOException {
        this.file = file;
        this.listener = listener;
        Path folder = file.path().toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("The file " + file.path() + " is in no folder");
        }
        this.watch = folder.getFileSystem().newWatchService();
        folder.register(
                watch,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        this.thread = Thread.ofVirtual().name("culvert-agent-config").start(() -> run(now));
    }

    private void run(AgentConfig first) {
        AgentConfig known = first;
        String said = "";
        try {
            while (true) {
                drain(watch.take());
                for (WatchKey more = next(); more != null; more = next()) {
                    drain(more);
                }
                try {
                    AgentConfig read = file.read();
                    if (!read.equals(known)) {
                        listener.changed(read);
                        known = read;
                    }
                    said = "";
                } catch (ConfigException e) {
                    // The same mistake is told once, however often the folder stirs.
                    if (!said.equals(e.getMessage())) {
                        said = String.valueOf(e.getMessage());
                        listener.refused(e);
                    }
                }
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable WatchKey next() throws InterruptedException {
        return watch.poll(SETTLED_AFTER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void drain(WatchKey key) {
        key.pollEvents();
        key.reset();
    }

    @Override
    public void close() throws IOException {
        watch.close();
        thread.interrupt();
    }
}
