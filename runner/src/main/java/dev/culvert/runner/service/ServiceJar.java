package dev.culvert.runner.service;

import dev.culvert.runner.home.Fingerprint;
import dev.culvert.runner.home.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * A service's jar taken apart into application and libraries, once per build: it starts faster so, can be cached ahead of time,
 * and a rebuild does not pull the ground from under a running service.
 */
public final class ServiceJar {

    private final Home home;
    private final String name;
    private final Path built;
    private final String fingerprint;

    public ServiceJar(Home home, String name, Path built) throws IOException {
        this.home = home;
        this.name = name;
        this.built = built;
        this.fingerprint = Fingerprint.of(built);
    }

    /** Changes with every build. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The jar to start. */
    public Path extracted() {
        return folder().resolve(built.getFileName());
    }

    /** Of the extracted jar. */
    String mainClass() throws IOException {
        try (var jar = new JarFile(extracted().toFile())) {
            return jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
        }
    }

    /** Leaves a folder of the layout of Spring Boot's own {@code -Djarmode=tools extract}, or none. */
    public void extract() throws IOException {
        if (Files.exists(extracted())) {
            return;
        }
        Path unfinished = home.apps().resolve(folder().getFileName() + ".unfinished");
        Home.deleteTree(unfinished);
        new BootJar(built).extract(unfinished);
        removeOlderBuilds();
        Files.move(unfinished, folder(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void removeOlderBuilds() throws IOException {
        try (Stream<Path> folders = Files.list(home.apps())) {
            for (Path folder : folders.toList()) {
                String other = folder.getFileName().toString();
                if (other.matches(name + "-[0-9a-f]{16}")) {
                    Home.deleteTree(folder);
                }
            }
        }
    }

    private Path folder() {
        return home.apps().resolve(name + "-" + fingerprint);
    }
}
