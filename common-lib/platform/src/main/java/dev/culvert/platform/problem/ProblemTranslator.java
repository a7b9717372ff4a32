package dev.culvert.platform.problem;

import java.util.Optional;

/**
 * Knows what some library's exceptions mean to a caller. Beans of this type are asked in their order; the first answer
 * counts, and what nobody knows is answered {@code INTERNAL_ERROR}.
 */
@FunctionalInterface
public interface ProblemTranslator {
    Optional<ProblemException> translate(Throwable failure);
}
