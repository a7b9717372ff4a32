package dev.culvert.gateway.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of this gateway, in a folder of its own below the common one. A lock that dies with the process tells whether a
 * folder's gateway lives; the files of one that does not are moved here. A file is written as {@code .part} and is called
 * {@code .log} when nothing more will be added.
 */
final class SpoolDirectory implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SpoolDirectory.class);
    private static final String LOCK = "lock";
    private static final String PART = ".part";
    private static final String CLOSED = ".log";

    /** The form of a UUID. */
    private static final Pattern OF_A_GATEWAY = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Path root;
    private final Claim own;
    private final AtomicLong bytes = new AtomicLong();
    private long segments; // the writer's own

    /** A folder that no other process touches. */
    private record Claim(Path folder, FileChannel channel) {}

    SpoolDirectory(Path root) throws IOException {
        this.root = root.toAbsolutePath();
        Files.createDirectories(this.root);
        own = claimNew();
    }

    private Claim claimNew() throws IOException {
        while (true) { // another gateway that starts may take an empty folder for an abandoned one
            Path folder = Files.createDirectory(root.resolve(UUID.randomUUID().toString()));
            Optional<Claim> claimed = claim(folder);
            if (claimed.isPresent()) {
                return claimed.get();
            }
        }
    }

    private static Optional<Claim> claim(Path folder) throws IOException {
        Path file = folder.resolve(LOCK);
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return Optional.empty(); // taken over and deleted meanwhile
        }
        boolean locked = false;
        try {
            FileLock lock = channel.tryLock();
            locked = lock != null && Files.exists(file);
        } catch (OverlappingFileLockException e) {
            log.trace("The folder belongs to a gateway of this process", e);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        return locked ? Optional.of(new Claim(folder, channel)) : Optional.empty();
    }

    /** Name of the next file to write. Called by the writer alone. */
    Path nextPart() {
        return own.folder.resolve("%012d%s".formatted(segments++, PART));
    }

    /** Nothing more will be added to a file: it may be sent. */
    void closed(Path part) throws IOException {
        String name = part.getFileName().toString();
        move(part, own.folder.resolve(name.substring(0, name.length() - PART.length()) + CLOSED));
    }

    /** Files that may be sent, own ones in the order of writing. */
    List<Path> ready() throws IOException {
        try (Stream<Path> files = Files.list(own.folder)) {
            return files.filter(file -> file.toString().endsWith(CLOSED))
                    .sorted()
                    .toList();
        }
    }

    void delete(Path sent) throws IOException {
        long size = Files.size(sent);
        Files.delete(sent);
        bytes.addAndGet(-size);
    }

    /** Bytes that wait, own and taken over. */
    long bytes() {
        return bytes.get();
    }

    void added(long count) {
        bytes.addAndGet(count);
    }

    /** Moves here what gateways left behind that live no more. */
    void takeOver() throws IOException {
        List<Path> others;
        try (Stream<Path> folders = Files.list(root)) {
            others = folders.filter(
                            folder -> !folder.equals(own.folder) && Files.isDirectory(folder) && isOfAGateway(folder))
                    .toList();
        }
        for (Path folder : others) {
            try {
                Optional<Claim> left = claim(folder);
                if (left.isPresent()) {
                    empty(left.get());
                }
            } catch (IOException e) { // must not keep this gateway's own events back
                log.atWarn()
                        .addKeyValue("folder", folder)
                        .setCause(e)
                        .log("A folder of the spool cannot be taken over");
            }
        }
    }

    /** Not {@code lost+found}, for example. */
    private static boolean isOfAGateway(Path folder) {
        return OF_A_GATEWAY.matcher(folder.getFileName().toString()).matches();
    }

    private void empty(Claim left) throws IOException {
        try (FileChannel _ = left.channel) {
            List<Path> files;
            try (Stream<Path> all = Files.list(left.folder)) {
                files = all.filter(file -> !file.endsWith(LOCK)).toList();
            }
            for (Path file : files) {
                long size = Files.size(file);
                move(file, own.folder.resolve(UUID.randomUUID() + CLOSED));
                bytes.addAndGet(size);
            }
            if (!files.isEmpty()) {
                log.atInfo().addKeyValue("files", files.size()).log("Took over events of a gateway that has ended");
            }
            remove(left.folder);
        }
    }

    private static void remove(Path folder) throws IOException {
        try {
            Files.deleteIfExists(folder.resolve(LOCK));
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            log.trace("Another gateway has just looked at the folder; whoever looks next removes it", e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Leaves what waits to the next gateway. */
    @Override
    public void close() throws IOException {
        try (FileChannel _ = own.channel) {
            if (ready().isEmpty()) {
                remove(own.folder);
            }
        } catch (FileSystemException e) {
            log.atWarn().setCause(e).log("The spool's folder cannot be removed");
        }
    }
}
