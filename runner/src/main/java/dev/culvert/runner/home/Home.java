package dev.culvert.runner.home;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/** The data folder, readable by its owner alone, and the places inside it. */
public record Home(Path root) {

    /** Enough for PostgreSQL's programs and first data, Kafka's first segments and the extracted services. */
    private static final long BYTES_NEEDED = 1L << 30;

    /** Creates the folder when it is missing and refuses one that cannot be used. */
    public static Home open(Path root) throws IOException {
        Path absolute = root.toAbsolutePath().normalize();
        if (!Files.isDirectory(absolute)) {
            try {
                Files.createDirectories(absolute.getParent());
                Files.createDirectory(
                        absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileSystemException e) {
                throw new Refusal(
                        "Cannot create the data folder " + absolute + " (" + e.getReason()
                                + "): make its parent writable or choose another folder with CULVERT_DATA.",
                        e);
            }
        }
        if (!Files.isWritable(absolute)) {
            throw new Refusal("The data folder " + absolute
                    + " belongs to someone else: run as its owner or choose another folder with CULVERT_DATA.");
        }
        Home home = new Home(absolute);
        for (Path folder : new Path[] {home.logs(), home.mail(), home.cache(), home.apps(), home.programs()}) {
            Files.createDirectories(folder);
        }
        return home;
    }

    public void requireFreeSpace() throws IOException {
        long free = Files.getFileStore(root).getUsableSpace();
        if (free < BYTES_NEEDED) {
            throw new Refusal(
                    ("The disk that holds %s has only %d MB left and Culvert needs 1024: free some space, or choose"
                                    + " a folder on another disk with CULVERT_DATA.")
                            .formatted(root, free >> 20));
        }
    }

    public Path logs() {
        return root.resolve("logs");
    }

    public Path log(String name) {
        return logs().resolve(name + ".log");
    }

    public Path mail() {
        return root.resolve("mail");
    }

    /** Ahead-of-time caches; may be deleted at any time. */
    public Path cache() {
        return root.resolve("cache");
    }

    /** Extracted service jars; may be deleted while nothing runs. */
    public Path apps() {
        return root.resolve("apps");
    }

    /** Unpacked programs of the stores; may be deleted while nothing runs. */
    public Path programs() {
        return root.resolve("programs");
    }

    public Path postgres() {
        return root.resolve("postgres");
    }

    public Path redis() {
        return root.resolve("redis");
    }

    public Path kafka() {
        return root.resolve("kafka");
    }

    public Path secretsFile() {
        return root.resolve("secrets.json");
    }

    public Path stateFile() {
        return root.resolve("state.json");
    }

    public Path lockFile() {
        return root.resolve("lock");
    }

    /** Replaces the file in one step, so that a reader or a crash sees the old or the new content and nothing between. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (var channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            var buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    public static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
