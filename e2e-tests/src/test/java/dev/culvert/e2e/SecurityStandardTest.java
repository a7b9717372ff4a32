package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page on the OWASP ASVS stays true: it is complete, and what it names as proof is there. */
class SecurityStandardTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path PAGE = ROOT.resolve("docs/reference/asvs.md");
    private static final Set<String> STATES = Set.of("met", "partly", "not", "not applicable");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(?:#[^)]*)?\\)");

    /** Numbers of levels 1 and 2 in version 5.0.0, by section. In these chapters they come before those of level 3. */
    private static final Map<String, List<Integer>> ASKED = Map.ofEntries(
            Map.entry("6.1", to(3)),
            Map.entry("6.2", to(12)),
            Map.entry("6.3", to(4)),
            Map.entry("6.4", to(4)),
            Map.entry("6.5", to(5)),
            Map.entry("6.6", to(3)),
            Map.entry("6.8", to(4)),
            Map.entry("7.1", to(3)),
            Map.entry("7.2", to(4)),
            Map.entry("7.3", to(2)),
            Map.entry("7.4", to(5)),
            Map.entry("7.5", to(2)),
            Map.entry("7.6", to(2)),
            Map.entry("9.1", to(3)),
            Map.entry("9.2", to(4)),
            Map.entry("10.1", to(2)),
            Map.entry("10.2", to(2)),
            Map.entry("10.3", to(4)),
            Map.entry("10.4", to(11)),
            Map.entry("10.5", to(5)),
            Map.entry("10.6", to(2)),
            Map.entry("10.7", to(3)));

    private static final List<Row> ROWS = new ArrayList<>();
    private static NamedTests tests;

    private record Row(String id, String state, String proof) {}

    @BeforeAll
    static void read() throws IOException {
        tests = new NamedTests(ROOT);
        try (Stream<String> lines = Files.lines(PAGE)) {
            lines.map(line -> line.split(" *\\| *", -1))
                    .filter(cells -> cells.length == 7 && cells[1].matches("\\d+\\.\\d+\\.\\d+"))
                    .forEach(cells -> ROWS.add(new Row(cells[1], cells[4], cells[5])));
        }
    }

    @Test
    void pageAnswersEveryRequirementOnce() {
        List<String> asked = ASKED.entrySet().stream()
                .flatMap(section -> section.getValue().stream().map(number -> section.getKey() + "." + number))
                .toList();

        assertThat(ROWS).extracting(Row::id).containsExactlyInAnyOrderElementsOf(asked);
        assertThat(ROWS).extracting(Row::state).isSubsetOf(STATES);
    }

    @Test
    void everyClassAndTestThatThePageNamesExists() {
        assertThat(ROWS)
                .allSatisfy(row ->
                        assertThat(tests.missing(row.proof())).as(row.id()).isEmpty());
    }

    @Test
    void whateverIsMetHasAProof() {
        Predicate<Row> proven = row -> NamedTests.areIn(row.proof())
                || LINK.matcher(row.proof())
                        .results()
                        .anyMatch(link -> Files.exists(PAGE.resolveSibling(link.group(1))));

        assertThat(ROWS).filteredOn(row -> row.state().equals("met")).allMatch(proven);
        assertThat(ROWS)
                .filteredOn(row -> !row.state().equals("met"))
                .noneMatch(row -> row.proof().isBlank());
    }

    private static List<Integer> to(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }
}
