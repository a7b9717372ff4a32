package dev.culvert.platform.access;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a request needs before it may go on. */
sealed interface AccessRule {
    /** Goes on without a caller: an open endpoint, or none at all, so that the dispatcher can say 404, 405 or 415. */
    record Open() implements AccessRule {}

    /** A handler that declares no access: refused for everybody. */
    record Undeclared() implements AccessRule {}

    /** Needs a caller who has all of these. */
    record Needs(Set<String> scopes, Set<Permission> permissions, boolean fresh) implements AccessRule {

        private void demand(Caller caller, FreshSignIn freshSignIn) {
            List<String> missingScopes = scopes.stream()
                    .filter(scope -> !caller.hasScope(scope))
                    .sorted()
                    .map(scope -> "the scope " + scope)
                    .toList();
            List<String> missingPermissions = permissions.stream()
                    .filter(permission -> !caller.has(permission))
                    .sorted()
                    .map(permission -> "the permission " + permission.wireName())
                    .toList();
            if (!missingScopes.isEmpty() || !missingPermissions.isEmpty()) {
                throw forbidden(Stream.concat(missingScopes.stream(), missingPermissions.stream()))
                        .withAlias(missingScopes.isEmpty() ? "INSUFFICIENT_PERMISSIONS" : "INSUFFICIENT_SCOPES");
            }
            if (fresh) {
                freshSignIn.require(caller);
            }
        }
    }

    static AccessRule of(Access access) {
        return access.open()
                ? new Open()
                : new Needs(Set.of(access.scope()), Set.of(access.permission()), access.fresh());
    }

    /** Refuses a caller who may not go on. */
    default void check(Caller caller, FreshSignIn freshSignIn) {
        switch (this) {
            case Open _ -> {}
            case Undeclared _ -> throw forbidden(Stream.of("access that nobody has"));
            case Needs needs -> needs.demand(caller, freshSignIn);
        }
    }

    private static ProblemException forbidden(Stream<String> missing) {
        return new ProblemException(
                ProblemCode.FORBIDDEN, "This needs " + missing.collect(Collectors.joining(" and ")) + ".");
    }
}
