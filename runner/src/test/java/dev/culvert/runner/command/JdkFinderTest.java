package dev.culvert.runner.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code runner/find-jdk.sh} as {@code ./culvert} does, over folders that look like JDKs. */
class JdkFinderTest {

    @TempDir
    private Path machine;

    private Path seventeenOnPath;

    @BeforeEach
    void putJava17OnThePath() throws IOException {
        seventeenOnPath = jdk("usr/lib/jvm/java-17", "17.0.15");
    }

    @Test
    void findsJdk25AmongTheUsualFoldersThoughJava17IsFirstOnThePath() throws IOException, InterruptedException {
        Path wanted = jdk("usr/lib/jvm/temurin-25", "25.0.3");

        assertThat(find(Map.of())).isEqualTo(wanted.toString());
    }

    @Test
    void prefersTheNamedVariablesInTheirOrder() throws IOException, InterruptedException {
        jdk("usr/lib/jvm/temurin-25", "25.0.3");
        Path second = jdk("chosen/b", "25");
        Path first = jdk("chosen/a", "25.0.1");

        assertThat(find(Map.of("JAVA25_HOME", second.toString()))).isEqualTo(second.toString());
        assertThat(find(Map.of("JAVA25_HOME", second.toString(), "CULVERT_JAVA_HOME", first.toString())))
                .isEqualTo(first.toString());
    }

    @Test
    void passesOverAJavaHomeOfAnotherVersion() throws IOException, InterruptedException {
        Path wanted = jdk("home/.sdkman/candidates/java/25.0.2-tem", "25.0.2");
        Path newer = jdk("chosen/26", "26");

        assertThat(find(Map.of("JAVA_HOME", newer.toString()))).isEqualTo(wanted.toString());
    }

    @Test
    void passesOverARuntimeWithoutCompiler() throws IOException, InterruptedException {
        Path runtime = jdk("usr/lib/jvm/jre-25", "25.0.3");
        Files.delete(runtime.resolve("bin/javac"));

        assertThat(find(Map.of())).startsWith("Culvert needs a JDK 25").contains("CULVERT_JAVA_HOME");
    }

    private Path jdk(String folder, String version) throws IOException {
        Path home = machine.resolve(folder);
        Files.createDirectories(home.resolve("bin"));
        for (String program : new String[] {"java", "javac"}) {
            assertThat(Files.createFile(home.resolve("bin").resolve(program))
                            .toFile()
                            .setExecutable(true))
                    .isTrue();
        }
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Any\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    /** What the script prints, on either stream. */
    private String find(Map<String, String> environment) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("bash", "-c", "set -euo pipefail; . ./find-jdk.sh; culvert_find_jdk")
                .directory(Path.of("").toAbsolutePath().toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.endsWith("JAVA_HOME") || name.equals("JAVA25_HOME"));
        builder.environment().put("CULVERT_JDK_SEARCH_ROOT", machine.toString());
        builder.environment().put("HOME", machine.resolve("home").toString());
        builder.environment().put("PATH", seventeenOnPath.resolve("bin") + ":/usr/bin:/bin");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }
}
