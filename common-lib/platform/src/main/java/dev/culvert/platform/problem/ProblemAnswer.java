package dev.culvert.platform.problem;

import dev.culvert.contracts.problem.Problem;
import java.util.Map;

/**
 * A failure as HTTP sees it.
 *
 * @param problem the body
 * @param headers all headers the failure asks for, {@code Content-Type} included
 */
public record ProblemAnswer(Problem problem, Map<String, String> headers) {
    public int status() {
        return problem.status();
    }
}
