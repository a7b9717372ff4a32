package dev.culvert.testing;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/** Leaves nothing behind of a server's files. */
final class TemporaryDirectory {
    private static final Logger log = LoggerFactory.getLogger(TemporaryDirectory.class);

    private TemporaryDirectory() {}

    /** When the JVM ends: first the server, then its files. A broker that loses its files under way halts the JVM. */
    static void atExit(Runnable stopServer, Path directory) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopServer.run();
            delete(directory);
        }));
    }

    private static void delete(Path directory) {
        try {
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException e) {
            log.atDebug().setCause(e).log("Not all files could be deleted");
        }
    }
}
