package dev.culvert.runner.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Enumeration;
import java.util.jar.Attributes;
import java.util.jar.Attributes.Name;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/**
 * An executable jar of Spring Boot. Taken apart here and not by its own {@code -Djarmode=tools extract}: that starts a JVM for
 * each service, a second of processor time each while everything else wants to start.
 */
record BootJar(Path file) {

    /**
     * Writes the application as a plain jar and its libraries beside it. Files keep the times they have in the jar, because an
     * ahead-of-time cache is tied to them.
     *
     * @param destination a folder that does not exist yet
     */
    void extract(Path destination) throws IOException {
        Path libraries = Files.createDirectories(destination.resolve("lib"));
        try (var jar = new JarFile(file.toFile())) {
            Attributes boot = jar.getManifest().getMainAttributes();
            String classes = required(boot, "Spring-Boot-Classes");
            String lib = required(boot, "Spring-Boot-Lib");
            Path application = destination.resolve(file.getFileName());
            try (OutputStream file = Files.newOutputStream(application);
                    var plain = new JarOutputStream(file, manifest(jar, boot))) {
                plain.setLevel(0); // opened at every start, read by nobody else
                for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                    JarEntry entry = entries.nextElement();
                    String name = entry.getName();
                    if (name.startsWith(lib) && !entry.isDirectory()) {
                        copy(jar, entry, libraries.resolve(name.substring(lib.length())));
                    } else if (name.startsWith(classes) && !name.equals(classes)) {
                        copy(jar, entry, name.substring(classes.length()), plain);
                    } else if (isOfApplication(name)) {
                        copy(jar, entry, name, plain);
                    }
                }
            }
            Files.setLastModifiedTime(application, Files.getLastModifiedTime(file));
        }
    }

    /** Beside the application's classes lie its other metadata and the loader's classes and services. */
    private static boolean isOfApplication(String name) {
        return name.startsWith("META-INF/")
                && !name.equals("META-INF/")
                && !name.equals(JarFile.MANIFEST_NAME)
                && !name.startsWith("META-INF/services/");
    }

    private Manifest manifest(JarFile jar, Attributes boot) throws IOException {
        var manifest = new Manifest();
        Attributes plain = manifest.getMainAttributes();
        plain.put(Name.MANIFEST_VERSION, "1.0");
        plain.put(Name.MAIN_CLASS, required(boot, "Start-Class"));
        plain.put(Name.IMPLEMENTATION_TITLE, required(boot, "Implementation-Title"));
        plain.put(Name.IMPLEMENTATION_VERSION, required(boot, "Implementation-Version"));
        plain.put(Name.CLASS_PATH, classPath(jar, boot));
        return manifest;
    }

    /** In the order of the jar's own index, whose lines look like {@code - "BOOT-INF/lib/name.jar"}. */
    private String classPath(JarFile jar, Attributes boot) throws IOException {
        JarEntry index = jar.getJarEntry(required(boot, "Spring-Boot-Classpath-Index"));
        try (InputStream lines = jar.getInputStream(index)) {
            return new String(lines.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> "lib/" + line.substring(line.lastIndexOf('/') + 1, line.lastIndexOf('"')))
                    .collect(Collectors.joining(" "));
        }
    }

    private String required(Attributes attributes, String name) throws IOException {
        String value = attributes.getValue(name);
        if (value == null) {
            throw new IOException(file + " is not an executable jar of Spring Boot: its manifest has no " + name);
        }
        return value;
    }

    private static void copy(JarFile jar, JarEntry entry, Path target) throws IOException {
        try (InputStream content = jar.getInputStream(entry)) {
            Files.copy(content, target);
        }
        Files.setLastModifiedTime(target, FileTime.fromMillis(entry.getTime()));
    }

    private static void copy(JarFile jar, JarEntry entry, String name, JarOutputStream plain) throws IOException {
        var renamed = new JarEntry(name);
        renamed.setTime(entry.getTime());
        plain.putNextEntry(renamed);
        try (InputStream content = jar.getInputStream(entry)) {
            content.transferTo(plain);
        }
        plain.closeEntry();
    }
}
