package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page on faults of tunnels stays true: it is complete, and what it names as proof is there. */
class TunnelFaultsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path PAGE = ROOT.resolve("docs/reference/tunnel-faults.md");
    private static final int FAULTS = 34;
    private static final Set<String> STATES = Set.of("proven", "partly", "not yet");

    private static List<Row> rows;
    private static NamedTests tests;

    private record Row(int number, String state, String proof) {}

    @BeforeAll
    static void read() throws IOException {
        tests = new NamedTests(ROOT);
        try (Stream<String> lines = Files.lines(PAGE)) {
            rows = lines.map(line -> line.split(" *\\| *", -1))
                    .filter(cells -> cells.length == 7 && cells[1].matches("\\d+"))
                    .map(cells -> new Row(Integer.parseInt(cells[1]), cells[4], cells[5]))
                    .toList();
        }
    }

    @Test
    void pageAnswersEveryFaultOnce() {
        assertThat(rows)
                .extracting(Row::number)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, FAULTS).boxed().toList());
        assertThat(rows).extracting(Row::state).isSubsetOf(STATES);
    }

    @Test
    void everyTestThatThePageNamesExists() {
        assertThat(rows)
                .allSatisfy(row -> assertThat(tests.missing(row.proof()))
                        .as("fault %d", row.number())
                        .isEmpty());
    }

    @Test
    void whateverIsProvenNamesATestAndTheRestSaysWhy() {
        assertThat(rows)
                .filteredOn(row -> row.state().equals("proven"))
                .allSatisfy(row -> assertThat(NamedTests.areIn(row.proof()))
                        .as("fault %d", row.number())
                        .isTrue());
        assertThat(rows).noneMatch(row -> row.proof().isBlank());
    }
}
