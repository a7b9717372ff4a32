package dev.culvert.admin.exemption;

import dev.culvert.admin.call.SelectedCalls;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A new exemption. */
record CreateExemptionRequest(
        @Schema(example = "incident 4711", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        String name,

        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        ExemptionType type,

        @Schema(description = "None means all", example = "[\"GET\"]") @Nullable
        List<String> methods,

        @Schema(
                description = "Patterns; ** stands for everything below",
                example = "[\"/api/v1/tunnels/**\"]",
                requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable
        List<String> paths,

        @Schema(description = "Whom it is for; everybody when left out") @Nullable
        UUID userId,

        @Schema(description = "How many calls of each user are exempt in an hour; all when left out", example = "500")
        @Nullable
        Integer perUserAndHour) {
    private static final int LONGEST_NAME = 100;

    /** What must be there, checked. */
    record Checked(String name, ExemptionType type, SelectedCalls calls) {}

    /** Throws VALIDATION_ERROR with every field that is wrong. */
    Checked check() {
        List<Violation> wrong = new ArrayList<>();
        if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
            wrong.add(new Violation("name", "must have 1 to " + LONGEST_NAME + " characters"));
        }
        if (type == null) {
            wrong.add(new Violation("type", "must be one of the types of exemptions"));
        }
        SelectedCalls calls = SelectedCalls.check(methods, paths, wrong);
        if (perUserAndHour != null && perUserAndHour < 1) {
            wrong.add(new Violation("perUserAndHour", "must be at least 1"));
        }
        if (!wrong.isEmpty() || name == null || type == null) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The exemption is not valid.")
                    .withViolations(wrong);
        }
        return new Checked(name, type, calls);
    }
}
