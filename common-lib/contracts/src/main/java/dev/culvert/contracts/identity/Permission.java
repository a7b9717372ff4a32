package dev.culvert.contracts.identity;

import java.util.Locale;

/** What a role can allow (requirement R2.3a). On the wire: the lower-case name. */
public enum Permission {
    VIEW_USERS,
    EDIT_USERS,
    DELETE_USERS,
    SUSPEND_USERS,
    MANAGE_USER_TIERS,
    VIEW_SESSIONS,
    TERMINATE_SESSIONS,
    CREATE_TUNNELS,
    EDIT_TUNNELS,
    DELETE_TUNNELS,
    VIEW_TUNNELS,
    MANAGE_TUNNEL_SHARING,
    MANAGE_PROXY,
    VIEW_PROXY_METRICS,
    VIEW_PAYMENTS,
    PROCESS_REFUNDS,
    VIEW_SUBSCRIPTIONS,
    EDIT_SUBSCRIPTIONS,
    VIEW_REPORTS,
    EXPORT_REPORTS,
    VIEW_AUDIT_LOGS,
    EXPORT_AUDIT_LOGS,
    MANAGE_SYSTEM_CONFIG,
    VIEW_SYSTEM_METRICS,
    MANAGE_EMAIL_CONFIG,
    VIEW_EMAIL_CONFIG,
    MANAGE_DNS_CONFIG,
    VIEW_DNS_CONFIG,
    MANAGE_WEBHOOKS,
    VIEW_WEBHOOKS,

    /** Grant and revoke administrators' roles; not in the list of the requirement, which leaves it to super_admin. */
    MANAGE_ROLES;

    /** The name on the wire, e.g. {@code view_users}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
