package dev.culvert.runner.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Attributes.Name;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootJarTest {
    private static final byte[] CLASS = "class".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @Test
    void becomesAPlainJarThatNamesItsLibrariesInTheirOrder() throws IOException {
        Path jar = bootJar();

        new BootJar(jar).extract(folder.resolve("out"));

        assertThat(folder.resolve("out/lib/b.jar")).hasContent("library b.jar");
        assertThat(folder.resolve("out/lib/a.jar")).hasContent("library a.jar");
        try (var plain = new JarFile(folder.resolve("out/sample.jar").toFile())) {
            Attributes attributes = plain.getManifest().getMainAttributes();
            assertThat(attributes.getValue(Name.MAIN_CLASS)).isEqualTo("dev.Sample");
            assertThat(attributes.getValue(Name.CLASS_PATH)).isEqualTo("lib/b.jar lib/a.jar");
            assertThat(plain.stream().map(JarEntry::getName))
                    .as("folders too, which class path scanning looks up, and nothing of the loader")
                    .containsExactlyInAnyOrder(
                            "META-INF/MANIFEST.MF", "META-INF/spring/imports", "dev/", "dev/Sample.class");
            assertThat(plain.getInputStream(plain.getEntry("dev/Sample.class"))).hasBinaryContent(CLASS);
        }
    }

    @Test
    void isTheSameEachTimeSoThatCachesStayValid() throws IOException {
        Path jar = bootJar();

        new BootJar(jar).extract(folder.resolve("one"));
        new BootJar(jar).extract(folder.resolve("two"));

        for (String file : List.of("sample.jar", "lib/a.jar", "lib/b.jar")) {
            assertThat(Files.getLastModifiedTime(folder.resolve("two").resolve(file)))
                    .isEqualTo(FileTime.from(SampleBootJar.BUILT));
            assertThat(folder.resolve("two").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("one").resolve(file));
        }
    }

    @Test
    void anotherJarIsRefusedByName() throws IOException {
        Path jar = folder.resolve("other.jar");
        new JarOutputStream(Files.newOutputStream(jar), new Manifest()).close();

        assertThatThrownBy(() -> new BootJar(jar).extract(folder.resolve("out")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other.jar is not an executable jar of Spring Boot")
                .hasMessageContaining("Spring-Boot-Classes");
    }

    private Path bootJar() throws IOException {
        Path jar = folder.resolve("sample.jar");
        SampleBootJar.write(
                jar, "dev.Sample", Map.of("dev/", new byte[0], "dev/Sample.class", CLASS), List.of("b.jar", "a.jar"));
        return jar;
    }
}
