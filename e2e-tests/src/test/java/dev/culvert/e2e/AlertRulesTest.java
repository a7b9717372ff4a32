package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * P2.14.10, the alerts: Prometheus itself takes them, and they fire in the cases beside them. Where promtool is not installed nothing is
 * said of that; that every metric they name is exposed is FailoverIT's to say.
 */
class AlertRulesTest {
    private static final Path RULES = Path.of("").toAbsolutePath().getParent().resolve("deploy/prometheus");

    @ParameterizedTest
    @ValueSource(strings = {"check rules alerts.yaml", "check config prometheus.yaml", "test rules alerts.test.yaml"})
    void prometheusAgrees(String question) throws IOException, InterruptedException {
        Optional<Path> promtool = promtool();
        assumeThat(promtool).as("promtool on the path").isPresent();

        List<String> command = new ArrayList<>(List.of(promtool.orElseThrow().toString()));
        command.addAll(List.of(question.split(" ", -1)));
        Process asked = new ProcessBuilder(command)
                .directory(RULES.toFile())
                .redirectErrorStream(true)
                .start();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(asked.waitFor()).as(answer).isZero();
        assertThat(answer).contains("SUCCESS");
    }

    private static Optional<Path> promtool() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
