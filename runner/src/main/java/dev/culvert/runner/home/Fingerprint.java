package dev.culvert.runner.home;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A short text that differs when one of its parts does. */
public final class Fingerprint {

    private Fingerprint() {}

    public static String of(String... parts) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** By place, size and date, which change with every build, instead of by reading 100 MB. */
    public static String of(Path file) throws IOException {
        return of(
                file.toString(),
                Long.toString(Files.size(file)),
                Files.getLastModifiedTime(file).toString());
    }
}
