package dev.culvert.contracts.identity;

import static dev.culvert.contracts.identity.Permission.CREATE_TUNNELS;
import static dev.culvert.contracts.identity.Permission.DELETE_TUNNELS;
import static dev.culvert.contracts.identity.Permission.EDIT_SUBSCRIPTIONS;
import static dev.culvert.contracts.identity.Permission.EDIT_TUNNELS;
import static dev.culvert.contracts.identity.Permission.EDIT_USERS;
import static dev.culvert.contracts.identity.Permission.EXPORT_REPORTS;
import static dev.culvert.contracts.identity.Permission.MANAGE_EMAIL_CONFIG;
import static dev.culvert.contracts.identity.Permission.MANAGE_PROXY;
import static dev.culvert.contracts.identity.Permission.MANAGE_TUNNEL_SHARING;
import static dev.culvert.contracts.identity.Permission.MANAGE_WEBHOOKS;
import static dev.culvert.contracts.identity.Permission.PROCESS_REFUNDS;
import static dev.culvert.contracts.identity.Permission.SUSPEND_USERS;
import static dev.culvert.contracts.identity.Permission.TERMINATE_SESSIONS;
import static dev.culvert.contracts.identity.Permission.VIEW_AUDIT_LOGS;
import static dev.culvert.contracts.identity.Permission.VIEW_EMAIL_CONFIG;
import static dev.culvert.contracts.identity.Permission.VIEW_PAYMENTS;
import static dev.culvert.contracts.identity.Permission.VIEW_PROXY_METRICS;
import static dev.culvert.contracts.identity.Permission.VIEW_REPORTS;
import static dev.culvert.contracts.identity.Permission.VIEW_SESSIONS;
import static dev.culvert.contracts.identity.Permission.VIEW_SUBSCRIPTIONS;
import static dev.culvert.contracts.identity.Permission.VIEW_SYSTEM_METRICS;
import static dev.culvert.contracts.identity.Permission.VIEW_TUNNELS;
import static dev.culvert.contracts.identity.Permission.VIEW_USERS;
import static dev.culvert.contracts.identity.Permission.VIEW_WEBHOOKS;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Platform role of a user and what it allows (requirements R2.3, R2.3b, AC11.2): the one place that says so. Ordinary roles
 * follow the tier and reach a user's own resources; administrators' roles are granted and reach everybody's. On the wire:
 * the lower-case name.
 */
public enum Role {
    USER(Set.of(), Own.OF_USERS),
    PREMIUM_USER(Set.of(), Own.OF_PREMIUM_USERS),
    ENTERPRISE_USER(Set.of(), Own.OF_ENTERPRISE_USERS),
    SUPPORT_ADMIN(
            Set.of(
                    VIEW_USERS,
                    EDIT_USERS,
                    SUSPEND_USERS,
                    VIEW_SESSIONS,
                    TERMINATE_SESSIONS,
                    VIEW_PAYMENTS,
                    VIEW_AUDIT_LOGS,
                    VIEW_EMAIL_CONFIG,
                    MANAGE_EMAIL_CONFIG,
                    VIEW_SYSTEM_METRICS,
                    VIEW_WEBHOOKS),
            Set.of()),
    FINANCE_ADMIN(
            Set.of(
                    VIEW_USERS,
                    VIEW_PAYMENTS,
                    PROCESS_REFUNDS,
                    VIEW_SUBSCRIPTIONS,
                    EDIT_SUBSCRIPTIONS,
                    VIEW_REPORTS,
                    EXPORT_REPORTS,
                    VIEW_AUDIT_LOGS),
            Set.of()),
    SUPER_ADMIN(Set.of(Permission.values()), Set.of());

    private final Set<Permission> permissions;
    private final Set<Permission> ownPermissions;

    Role(Set<Permission> permissions, Set<Permission> ownPermissions) {
        this.permissions = permissions;
        this.ownPermissions = ownPermissions;
    }

    /** What the role allows with everybody's resources; endpoints that ask for a permission mean this. */
    public Set<Permission> permissions() {
        return permissions;
    }

    /** What the role allows with a user's own resources only. */
    public Set<Permission> ownPermissions() {
        return ownPermissions;
    }

    /** Whether the role reaches more than a user's own resources, so that it is granted by somebody and never by a plan. */
    public boolean administrator() {
        return !permissions.isEmpty();
    }

    /** Whether the role allows something at all, be it with everybody's resources or with one's own. */
    public boolean holds(Permission permission) {
        return permissions.contains(permission) || ownPermissions.contains(permission);
    }

    /** The name on the wire, e.g. {@code super_admin}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The role of a wire name.
     *
     * @throws IllegalArgumentException when there is no such role
     */
    public static Role ofWireName(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }

    /** The ordinary role that comes with a plan. */
    public static Role ofTier(Tier tier) {
        return switch (tier) {
            case FREE -> USER;
            case PREMIUM -> PREMIUM_USER;
            case ENTERPRISE -> ENTERPRISE_USER;
        };
    }

    /** Each plan has what the smaller one has, and more. */
    private static final class Own {
        static final Set<Permission> OF_USERS = Set.of(
                CREATE_TUNNELS,
                EDIT_TUNNELS,
                DELETE_TUNNELS,
                VIEW_TUNNELS,
                MANAGE_TUNNEL_SHARING,
                VIEW_PAYMENTS,
                VIEW_SUBSCRIPTIONS,
                EDIT_SUBSCRIPTIONS);
        static final Set<Permission> OF_PREMIUM_USERS =
                with(OF_USERS, Set.of(MANAGE_PROXY, VIEW_PROXY_METRICS, VIEW_REPORTS));
        static final Set<Permission> OF_ENTERPRISE_USERS =
                with(OF_PREMIUM_USERS, Set.of(EXPORT_REPORTS, MANAGE_WEBHOOKS, VIEW_WEBHOOKS));

        private Own() {}

        private static Set<Permission> with(Set<Permission> smaller, Set<Permission> more) {
            return Stream.concat(smaller.stream(), more.stream()).collect(Collectors.toUnmodifiableSet());
        }
    }
}
