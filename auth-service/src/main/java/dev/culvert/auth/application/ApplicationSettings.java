package dev.culvert.auth.application;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What an owner says about an application. */
record ApplicationSettings(
        String name,
        List<String> redirectUris,
        List<String> postLogoutRedirectUris,
        Set<String> scopes,
        boolean trusted,
        boolean deviceFlow) {

    /**
     * Refuses addresses that cannot be redirected to and scopes no application can have.
     *
     * @throws ProblemException VALIDATION_ERROR that names every fault
     */
    void requireValid() {
        List<Violation> violations = new ArrayList<>();
        add(violations, "redirectUris", redirectUris);
        add(violations, "postLogoutRedirectUris", postLogoutRedirectUris);
        scopes.stream()
                .filter(scope -> !ApplicationScopes.all().contains(scope))
                .sorted()
                .map(scope -> new Violation("scopes", "'" + scope + "' cannot be given to an application"))
                .forEach(violations::add);
        if (!violations.isEmpty()) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR,
                            "Scopes of applications are: " + String.join(", ", ApplicationScopes.all()))
                    .withViolations(violations);
        }
    }

    /**
     * Refuses an application that could not get a token in any way.
     *
     * @throws ProblemException VALIDATION_ERROR
     */
    void requireUse(boolean confidential) {
        if (!confidential && redirectUris.isEmpty() && !deviceFlow) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR,
                            "A public application needs an address to come back to, or the device flow.")
                    .withViolations(List.of(new Violation("redirectUris", "needs at least one address")));
        }
    }

    private static void add(List<Violation> violations, String field, List<String> addresses) {
        for (String address : addresses) {
            RedirectAddress.fault(address)
                    .map(fault -> new Violation(field, "'" + address + "' " + fault))
                    .ifPresent(violations::add);
        }
    }
}
