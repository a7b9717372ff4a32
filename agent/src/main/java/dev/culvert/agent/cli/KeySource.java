package dev.culvert.agent.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where the API key comes from: a file or the environment, never the command line, which every user of a machine can read. */
public final class KeySource {
    public static final String ENVIRONMENT_VARIABLE = "CULVERT_API_KEY";

    private static final Set<PosixFilePermission> FOR_OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private KeySource() {}

    /**
     * Finds the key: the given file, else the environment, else the first default file there is.
     *
     * @param file what the user named, or null
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static String read(@Nullable Path file, Map<String, String> environment, List<Path> defaultFiles) {
        if (file != null) {
            return fromFile(file);
        }
        String fromEnvironment = environment.get(ENVIRONMENT_VARIABLE);
        if (fromEnvironment != null && !fromEnvironment.isBlank()) {
            return checked(fromEnvironment.trim(), "The variable " + ENVIRONMENT_VARIABLE);
        }
        for (Path candidate : defaultFiles) {
            if (Files.exists(candidate)) {
                return fromFile(candidate);
            }
        }
        throw new IllegalArgumentException("No API key: set " + ENVIRONMENT_VARIABLE
                + ", or put the key into a file that only you can read and name it with --key-file");
    }

    /** Files that are looked at when nothing is said. */
    public static List<Path> defaultFiles(Path home) {
        return List.of(
                Path.of(".culvert", "agent.key"),
                home.resolve(".config").resolve("culvert").resolve("key"));
    }

    /**
     * Keeps a key in a file that only its owner can read, from its first byte on. Replaces what is there.
     *
     * @throws IOException if the file cannot be written
     */
    public static void store(Path file, String key) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is no place for a file");
        }
        Files.createDirectories(folder);
        // Temporary files are made so that only their owner can read them.
        Path unfinished = Files.createTempFile(folder, "key", ".unfinished");
        try {
            Files.writeString(unfinished, key + System.lineSeparator(), StandardCharsets.UTF_8);
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static String fromFile(Path file) {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
                    if (FOR_OTHERS.contains(permission)) {
                        throw new IllegalArgumentException("The key file " + file
                                + " can be read or changed by other users; run: chmod 600 " + file);
                    }
                }
            }
            String key = Files.readString(file, StandardCharsets.UTF_8).trim();
            if (key.isEmpty()) {
                throw new IllegalArgumentException("The key file " + file + " is empty");
            }
            return checked(key, "The key file " + file);
        } catch (IOException e) {
            throw new IllegalArgumentException("The key file " + file + " cannot be read", e);
        }
    }

    /** What is no key must not come into a header, whose refusal would print it. */
    private static String checked(String key, String where) {
        if (key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(where + " holds more than one key, or characters that no key has");
        }
        return key;
    }
}
