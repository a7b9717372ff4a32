package dev.culvert.contracts.identity;

/** What a role allows beyond a user's own resources (requirement R2.3a). On the wire: the lower-case name. */
public enum Permission {
    VIEW_USERS,
    EDIT_USERS,
    DELETE_USERS,
    SUSPEND_USERS,
    MANAGE_USER_TIERS,
    VIEW_SESSIONS,
    TERMINATE_SESSIONS,
    VIEW_AUDIT_LOGS,
    VIEW_SYSTEM_METRICS,
    VIEW_WEBHOOKS
}
