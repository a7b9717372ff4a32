package dev.culvert.admin.limit;

import dev.culvert.admin.call.SelectedCalls;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A limit as it shall be. */
record LimitRuleRequest(
        @Schema(
                description =
                        "Small letters, digits and dashes; the name of a limit in the gateways' configuration replaces it",
                example = "reports",
                requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable
        String name,

        @Schema(description = "None means all", example = "[\"POST\"]") @Nullable
        List<String> methods,

        @Schema(
                description = "Patterns; ** stands for everything below",
                example = "[\"/api/v1/proxies/*/calls\"]",
                requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable
        List<String> paths,

        @Schema(description = "Whose calls are counted together; of each user when left out") @Nullable
        LimitSubject by,

        @Schema(example = "10", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        Integer calls,

        @Schema(
                description = "In any span of so many seconds",
                example = "60",
                requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable
        Integer withinSeconds) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final int MOST_CALLS = 1_000_000_000;
    private static final int LONGEST_SECONDS = (int) Duration.ofDays(31).toSeconds();

    /** What must be there, checked. */
    record Checked(String name, SelectedCalls selected, LimitSubject by, int calls, int withinSeconds) {}

    /** Throws VALIDATION_ERROR with every field that is wrong. */
    Checked check() {
        List<Violation> wrong = new ArrayList<>();
        String checkedName = Objects.requireNonNullElse(name, "");
        if (!NAME.matcher(checkedName).matches()) {
            wrong.add(new Violation("name", "must be up to 40 small letters, digits and dashes"));
        }
        SelectedCalls selected = SelectedCalls.check(methods, paths, wrong);
        int checkedCalls = within("calls", calls, MOST_CALLS, wrong);
        int checkedSeconds = within("withinSeconds", withinSeconds, LONGEST_SECONDS, wrong);
        if (!wrong.isEmpty()) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The limit is not valid.").withViolations(wrong);
        }
        return new Checked(
                checkedName, selected, Objects.requireNonNullElse(by, LimitSubject.USER), checkedCalls, checkedSeconds);
    }

    private static int within(String field, @Nullable Integer value, int most, List<Violation> wrong) {
        int given = Objects.requireNonNullElse(value, 0);
        if (given < 1 || given > most) {
            wrong.add(new Violation(field, "must be 1 to " + most));
        }
        return given;
    }
}
