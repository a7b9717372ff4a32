package dev.culvert.admin.exemption;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

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
    private static final int MOST_PATHS = 50;
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** Methods and paths, checked. */
    record Checked(String name, ExemptionType type, List<String> methods, List<String> paths) {}

    /** Throws VALIDATION_ERROR with every field that is wrong. */
    Checked check() {
        List<Violation> wrong = new ArrayList<>();
        if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
            wrong.add(new Violation("name", "must have 1 to " + LONGEST_NAME + " characters"));
        }
        if (type == null) {
            wrong.add(new Violation("type", "must be one of the types of exemptions"));
        }
        List<String> allMethods = Objects.requireNonNullElse(methods, List.of());
        if (!METHODS.containsAll(allMethods)) {
            wrong.add(new Violation("methods", "must be HTTP methods in capitals"));
        }
        List<String> allPaths = Objects.requireNonNullElse(paths, List.of());
        if (allPaths.isEmpty()
                || allPaths.size() > MOST_PATHS
                || !allPaths.stream().allMatch(this::isPattern)) {
            wrong.add(new Violation("paths", "must be 1 to " + MOST_PATHS + " patterns such as /api/v1/tunnels/**"));
        }
        if (perUserAndHour != null && perUserAndHour < 1) {
            wrong.add(new Violation("perUserAndHour", "must be at least 1"));
        }
        if (!wrong.isEmpty() || name == null || type == null) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The exemption is not valid.")
                    .withViolations(wrong);
        }
        return new Checked(name, type, allMethods, allPaths);
    }

    private boolean isPattern(String path) {
        try {
            PathPatternParser.defaultInstance.parse(path);
            return path.startsWith("/");
        } catch (PatternParseException notOne) {
            return false;
        }
    }
}
