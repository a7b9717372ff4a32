package dev.culvert.runner.service;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Attributes.Name;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/** Writes executable jars of Spring Boot's layout, without Spring Boot. */
public final class SampleBootJar {
    static final Instant BUILT = Instant.parse("2026-01-02T03:04:06Z");

    private SampleBootJar() {}

    /**
     * @param contents of the application, by name; names that end in a slash are folders
     * @param libraries in the order of the class path
     */
    public static void write(Path jar, String mainClass, Map<String, byte[]> contents, List<String> libraries)
            throws IOException {
        var manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Start-Class", mainClass);
        attributes.putValue("Implementation-Title", "Sample");
        attributes.putValue("Implementation-Version", "1");
        attributes.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        attributes.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        attributes.putValue("Spring-Boot-Classpath-Index", "BOOT-INF/classpath.idx");
        try (OutputStream file = Files.newOutputStream(jar);
                var out = new JarOutputStream(file, manifest)) {
            add(out, "META-INF/services/java.nio.file.spi.FileSystemProvider", "loader");
            add(out, "META-INF/spring/imports", "Sample");
            add(out, "org/springframework/boot/loader/Launcher.class", "loader");
            add(out, "BOOT-INF/classes/", "");
            for (Map.Entry<String, byte[]> content : contents.entrySet()) {
                add(out, "BOOT-INF/classes/" + content.getKey(), content.getValue());
            }
            add(out, "BOOT-INF/lib/", "");
            for (String library : libraries.stream().sorted().toList()) {
                add(out, "BOOT-INF/lib/" + library, "library " + library);
            }
            add(
                    out,
                    "BOOT-INF/classpath.idx",
                    libraries.stream()
                            .map(library -> "- \"BOOT-INF/lib/" + library + "\"\n")
                            .collect(Collectors.joining()));
        }
        Files.setLastModifiedTime(jar, FileTime.from(BUILT));
    }

    private static void add(JarOutputStream out, String name, String content) throws IOException {
        add(out, name, content.getBytes(StandardCharsets.UTF_8));
    }

    private static void add(JarOutputStream out, String name, byte[] content) throws IOException {
        var entry = new JarEntry(name);
        entry.setTime(BUILT.toEpochMilli());
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }
}
