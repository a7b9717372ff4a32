package dev.culvert.runner.store;

import dev.culvert.runner.home.Home;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** Unpacks the stores' programs from the jars that carry them, once per version. */
final class Programs {

    private static final Pattern JAR_NAME = Pattern.compile("([^/]+)\\.jar!");
    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> PLAIN = PosixFilePermissions.fromString("rw-r--r--");

    private final Path folder;

    Programs(Path folder) {
        this.folder = folder;
    }

    /** The folder that holds PostgreSQL's {@code bin}, {@code lib} and {@code share}. */
    Path postgres() throws IOException {
        URL archive = resource(Platform.current().postgresArchive());
        Path target = folder.resolve(versionOf(archive));
        if (Files.isDirectory(target)) {
            return target;
        }
        Path unfinished = folder.resolve(target.getFileName() + ".unfinished");
        Home.deleteTree(unfinished);
        try (var packed = new BufferedInputStream(archive.openStream())) {
            unpack(packed, unfinished);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        return target;
    }

    Path redisServer() throws IOException {
        String name = Platform.current().redisProgram();
        Path target = folder.resolve(name);
        if (!Files.exists(target)) {
            Path unfinished = folder.resolve(name + ".unfinished");
            try (var packed = resource(name).openStream()) {
                Files.copy(packed, unfinished, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.setPosixFilePermissions(unfinished, EXECUTABLE);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        }
        return target;
    }

    private static void unpack(InputStream packed, Path target) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("Archive entry outside its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    Files.setPosixFilePermissions(path, (entry.getMode() & 0100) != 0 ? EXECUTABLE : PLAIN);
                }
            }
        }
    }

    private static URL resource(String name) throws IOException {
        URL url = Programs.class.getClassLoader().getResource(name);
        if (url == null) {
            throw new FileNotFoundException("No " + name + " on the class path");
        }
        return url;
    }

    private static String versionOf(URL resource) {
        Matcher matcher = JAR_NAME.matcher(resource.toString());
        return matcher.find() ? matcher.group(1) : "postgres";
    }
}
