package dev.culvert.platform.caller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;

/** PT3: decisions are consistent for any set of roles. Generated from a seed that a failure shows. */
class PermissionDecisionsTest {
    private static final List<String> SCOPES = List.copyOf(Scope.ALL);

    @RepeatedTest(200)
    void followFromTheRolesAloneAndNeverShrinkWithMoreOfThem() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Set<Role> roles = some(random);
        Set<Role> more = union(roles, some(random));
        Caller caller = caller(roles, Set.of(Scope.ADMIN));
        Caller promoted = caller(more, Set.of(Scope.ADMIN));
        Caller keyHolder = caller(more, withoutAdmin(random));

        for (Permission permission : Permission.values()) {
            boolean granted = roles.stream().anyMatch(role -> role.permissions().contains(permission));
            assertThat(caller.has(permission))
                    .as("%s of %s, seed %d", permission, roles, seed)
                    .isEqualTo(granted)
                    .isEqualTo(caller(roles, Set.of(Scope.ADMIN)).has(permission));
            if (granted) {
                assertThat(promoted.has(permission))
                        .as("%s of %s within %s, seed %d", permission, roles, more, seed)
                        .isTrue();
            }
            assertThat(keyHolder.has(permission))
                    .as("%s without the scope admin, seed %d", permission, seed)
                    .isFalse();
            if (roles.stream().noneMatch(Role::administrator)) {
                assertThat(caller.has(permission))
                        .as("%s of the ordinary %s, seed %d", permission, roles, seed)
                        .isFalse();
            }
        }
    }

    private static Set<Role> some(Random random) {
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        for (Role role : Role.values()) {
            if (random.nextBoolean()) {
                roles.add(role);
            }
        }
        return roles;
    }

    private static Set<Role> union(Set<Role> some, Set<Role> others) {
        Set<Role> all = EnumSet.noneOf(Role.class);
        all.addAll(some);
        all.addAll(others);
        return all;
    }

    private static Set<String> withoutAdmin(Random random) {
        Set<String> scopes = new HashSet<>();
        for (String scope : SCOPES) {
            if (random.nextBoolean() && !scope.equals(Scope.ADMIN)) {
                scopes.add(scope);
            }
        }
        return scopes;
    }

    private static Caller caller(Set<Role> roles, Set<String> scopes) {
        return new Caller(
                UUID.randomUUID(),
                UUID.randomUUID(),
                Tier.FREE,
                roles,
                scopes,
                Optional.of("session"),
                Optional.empty());
    }
}
