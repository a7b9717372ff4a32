package dev.culvert.contracts.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R2.3a, R2.3b, AC11.2: each permission against each role, as the requirements have it. */
class RoleTest {

    /** {@code all}: with everybody's resources, {@code own}: with one's own, a dot: not at all. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', useHeadersInDisplayName = true, textBlock = """
            permission            | user | premium_user | enterprise_user | support_admin | finance_admin | super_admin
            view_users            | .    | .            | .               | all           | all           | all
            edit_users            | .    | .            | .               | all           | .             | all
            delete_users          | .    | .            | .               | .             | .             | all
            suspend_users         | .    | .            | .               | all           | .             | all
            manage_user_tiers     | .    | .            | .               | .             | .             | all
            view_sessions         | .    | .            | .               | all           | .             | all
            terminate_sessions    | .    | .            | .               | all           | .             | all
            create_tunnels        | own  | own          | own             | .             | .             | all
            edit_tunnels          | own  | own          | own             | .             | .             | all
            delete_tunnels        | own  | own          | own             | .             | .             | all
            view_tunnels          | own  | own          | own             | .             | .             | all
            manage_tunnel_sharing | own  | own          | own             | .             | .             | all
            manage_proxy          | .    | own          | own             | .             | .             | all
            view_proxy_metrics    | .    | own          | own             | .             | .             | all
            view_payments         | own  | own          | own             | all           | all           | all
            process_refunds       | .    | .            | .               | .             | all           | all
            view_subscriptions    | own  | own          | own             | .             | all           | all
            edit_subscriptions    | own  | own          | own             | .             | all           | all
            view_reports          | .    | own          | own             | .             | all           | all
            export_reports        | .    | .            | own             | .             | all           | all
            view_audit_logs       | .    | .            | .               | all           | all           | all
            export_audit_logs     | .    | .            | .               | .             | .             | all
            manage_system_config  | .    | .            | .               | .             | .             | all
            view_system_metrics   | .    | .            | .               | all           | .             | all
            manage_email_config   | .    | .            | .               | all           | .             | all
            view_email_config     | .    | .            | .               | all           | .             | all
            manage_dns_config     | .    | .            | .               | .             | .             | all
            view_dns_config       | .    | .            | .               | .             | .             | all
            manage_webhooks       | .    | .            | own             | .             | .             | all
            view_webhooks         | .    | .            | own             | all           | .             | all
            manage_roles          | .    | .            | .               | .             | .             | all
            """)
    void rolesHoldExactlyThis(
            String permission,
            String user,
            String premiumUser,
            String enterpriseUser,
            String supportAdmin,
            String financeAdmin,
            String superAdmin) {
        Permission named = Arrays.stream(Permission.values())
                .filter(known -> known.wireName().equals(permission))
                .findFirst()
                .orElseThrow();

        assertThat(reach(Role.USER, named)).isEqualTo(user);
        assertThat(reach(Role.PREMIUM_USER, named)).isEqualTo(premiumUser);
        assertThat(reach(Role.ENTERPRISE_USER, named)).isEqualTo(enterpriseUser);
        assertThat(reach(Role.SUPPORT_ADMIN, named)).isEqualTo(supportAdmin);
        assertThat(reach(Role.FINANCE_ADMIN, named)).isEqualTo(financeAdmin);
        assertThat(reach(Role.SUPER_ADMIN, named)).isEqualTo(superAdmin);
    }

    /** R2.3: ordinary roles follow the tier. */
    @Test
    void eachPlanHasItsOrdinaryRole() {
        assertThat(Arrays.stream(Tier.values()).map(Role::ofTier))
                .containsExactly(Role.USER, Role.PREMIUM_USER, Role.ENTERPRISE_USER)
                .noneMatch(Role::administrator);
    }

    @Test
    void onlyAdministratorsReachEverybodysResources() {
        Set<Role> administrators =
                Arrays.stream(Role.values()).filter(Role::administrator).collect(Collectors.toSet());

        assertThat(administrators).containsExactlyInAnyOrder(Role.SUPPORT_ADMIN, Role.FINANCE_ADMIN, Role.SUPER_ADMIN);
        assertThat(Permission.values()).hasSize(31);
    }

    private static String reach(Role role, Permission permission) {
        if (role.permissions().contains(permission)) {
            return "all";
        }
        return role.ownPermissions().contains(permission) ? "own" : ".";
    }
}
