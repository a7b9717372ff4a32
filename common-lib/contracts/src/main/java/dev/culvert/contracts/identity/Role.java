package dev.culvert.contracts.identity;

import static dev.culvert.contracts.identity.Permission.EDIT_USERS;
import static dev.culvert.contracts.identity.Permission.SUSPEND_USERS;
import static dev.culvert.contracts.identity.Permission.TERMINATE_SESSIONS;
import static dev.culvert.contracts.identity.Permission.VIEW_AUDIT_LOGS;
import static dev.culvert.contracts.identity.Permission.VIEW_SESSIONS;
import static dev.culvert.contracts.identity.Permission.VIEW_SYSTEM_METRICS;
import static dev.culvert.contracts.identity.Permission.VIEW_USERS;
import static dev.culvert.contracts.identity.Permission.VIEW_WEBHOOKS;

import java.util.Locale;
import java.util.Set;

/** Platform role of a user and the permissions it grants (requirements R2.3, R2.3b). On the wire: the lower-case name. */
public enum Role {
    USER(Set.of()),
    PREMIUM_USER(Set.of()),
    ENTERPRISE_USER(Set.of()),
    SUPPORT_ADMIN(Set.of(
            VIEW_USERS,
            EDIT_USERS,
            SUSPEND_USERS,
            VIEW_SESSIONS,
            TERMINATE_SESSIONS,
            VIEW_AUDIT_LOGS,
            VIEW_SYSTEM_METRICS,
            VIEW_WEBHOOKS)),
    FINANCE_ADMIN(Set.of(VIEW_USERS, VIEW_AUDIT_LOGS)),
    SUPER_ADMIN(Set.of(Permission.values()));

    private final Set<Permission> permissions;

    Role(Set<Permission> permissions) {
        this.permissions = permissions;
    }

    /** Everything the role allows. */
    public Set<Permission> permissions() {
        return permissions;
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
}
