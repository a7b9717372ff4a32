package dev.culvert.data.defaults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.data.SampleService;
import dev.culvert.testing.TestingPostgres;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an operator reads when PostgreSQL does not let a service in: a sentence and what to do, no page of beans. */
@ExtendWith(OutputCaptureExtension.class)
class MisconfiguredDatabaseIT {

    @Test
    void namesTheDatabaseThatIsNotThere(CapturedOutput output) {
        String nowhere = TestingPostgres.shared().jdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/nowhere$1");

        assertThatThrownBy(() -> new SpringApplicationBuilder(SampleService.class)
                        .run(
                                "--culvert.data.schema=nowhere",
                                "--PORT=0",
                                "--spring.flyway.connect-retries=0",
                                "--DB_URL=" + nowhere,
                                "--DB_OWNER_USER=" + TestingPostgres.shared().adminUser(),
                                "--DB_OWNER_PASSWORD="
                                        + TestingPostgres.shared().adminPassword())
                        .close())
                .isInstanceOf(RuntimeException.class);

        assertThat(output)
                .contains("PostgreSQL does not let this service in")
                .contains("does not exist (3D000)")
                .contains("Check DB_URL")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({"28P01, DB_PASSWORD", "28000, DB_USER", "08001, DB_URL"})
    void saysWhatToCheck(String state, String variable) {
        SQLException refused = new SQLException("FATAL: no", state);

        FailureAnalysis analysis =
                new UnreachableDatabaseAnalyzer().analyze(new IllegalStateException("beans", refused));

        assertThat(analysis).isNotNull();
        assertThat(analysis.getAction()).contains(variable);
    }

    @Test
    void leavesOtherFailuresOfStatementsAsTheyAre() {
        SQLException wrong = new SQLException("ERROR: syntax error", "42601");

        assertThat(new UnreachableDatabaseAnalyzer().analyze(new IllegalStateException(wrong)))
                .isNull();
    }
}
