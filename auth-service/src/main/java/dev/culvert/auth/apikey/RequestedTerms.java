package dev.culvert.auth.apikey;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.outbound.AddressRange;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What requests mean that can say a thing in two ways, and whether what they ask for can be had. */
final class RequestedTerms {
    private RequestedTerms() {}

    /** Scopes as such, or the coarse {@code read} and {@code write}: all that can be read, all that can be changed. */
    static Optional<Set<String>> scopes(@Nullable Set<String> scopes, @Nullable Set<String> permissions) {
        if (scopes != null) {
            return Optional.of(scopes);
        }
        return Optional.ofNullable(permissions)
                .map(coarse ->
                        coarse.stream().flatMap(RequestedTerms::scopesOf).collect(Collectors.toUnmodifiableSet()));
    }

    private static Stream<String> scopesOf(String permission) {
        List<String> found = Scope.GRANTABLE_TO_KEYS.stream()
                .filter(scope -> scope.endsWith(":" + permission))
                .toList();
        boolean known = permission.equals("read") || permission.equals("write");
        return known ? found.stream() : Stream.of(permission); // what is unknown is refused by its name
    }

    static Optional<Instant> expiry(@Nullable Instant expiresAt, @Nullable Long expiresIn, Instant now) {
        return expiresAt != null
                ? Optional.of(expiresAt)
                : Optional.ofNullable(expiresIn).map(Duration::ofMillis).map(now::plus);
    }

    /**
     * Refuses terms that no key can have.
     *
     * @throws ProblemException VALIDATION_ERROR, with every refused field
     */
    static void check(KeyTerms terms) {
        List<Violation> refused = new ArrayList<>();
        if (terms.scopes().isEmpty()) {
            refused.add(new Violation("scopes", "needs at least one scope"));
        }
        terms.scopes().stream()
                .filter(scope -> !Scope.GRANTABLE_TO_KEYS.contains(scope))
                .sorted()
                .map(scope -> new Violation("scopes", "'" + scope + "' cannot be given to a key"))
                .forEach(refused::add);
        terms.allowedNetworks().stream()
                .filter(network -> !isNetwork(network))
                .map(network ->
                        new Violation("allowedNetworks", "'" + network + "' is not a network like 203.0.113.0/24"))
                .forEach(refused::add);
        if (!refused.isEmpty()) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR,
                            "A key can have these scopes: "
                                    + Scope.GRANTABLE_TO_KEYS.stream().sorted().collect(Collectors.joining(", "))
                                    + "; and networks in CIDR notation.")
                    .withViolations(refused);
        }
    }

    private static boolean isNetwork(String text) {
        try {
            AddressRange.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
