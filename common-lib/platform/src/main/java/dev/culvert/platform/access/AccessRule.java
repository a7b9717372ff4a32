package dev.culvert.platform.access;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What a request needs before it may go on. */
sealed interface AccessRule {
    /** Goes on without a caller: an open endpoint, or none at all, so that the dispatcher can say 404, 405 or 415. */
    record Open() implements AccessRule {}

    /** A handler that declares no access: refused for everybody. */
    record Undeclared() implements AccessRule {}

    /** Needs a caller who has all of these. */
    record Needs(Set<String> scopes, Set<Permission> permissions) implements AccessRule {

        List<String> missingFor(Caller caller) {
            Stream<String> missingScopes = scopes.stream()
                    .filter(scope -> !caller.hasScope(scope))
                    .sorted()
                    .map(scope -> "the scope " + scope);
            Stream<String> missingPermissions = permissions.stream()
                    .filter(permission -> !caller.has(permission))
                    .sorted()
                    .map(permission -> "the permission " + permission.name().toLowerCase(Locale.ROOT));
            return Stream.concat(missingScopes, missingPermissions).toList();
        }
    }

    static AccessRule of(Access access) {
        return access.open() ? new Open() : new Needs(Set.of(access.scope()), Set.of(access.permission()));
    }

    /** Refuses a caller who may not go on. */
    default void check(Caller caller) {
        List<String> missing = switch (this) {
            case Open _ -> List.of();
            case Undeclared _ -> List.of("access that nobody has");
            case Needs needs -> needs.missingFor(caller);
        };
        if (!missing.isEmpty()) {
            throw new ProblemException(ProblemCode.FORBIDDEN, "This needs " + String.join(" and ", missing) + ".");
        }
    }
}
