package dev.culvert.tunnel.access;

import static dev.culvert.tunnel.access.TunnelPermission.DELETE;
import static dev.culvert.tunnel.access.TunnelPermission.READ;
import static dev.culvert.tunnel.access.TunnelPermission.SHARE;
import static dev.culvert.tunnel.access.TunnelPermission.WRITE;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Roles on one tunnel, each with what the smaller ones have (requirements X-15, P2.10.3). */
public enum TunnelRole {
    VIEWER(Set.of(READ)),
    EDITOR(Set.of(READ, WRITE)),
    ADMIN(Set.of(READ, WRITE, DELETE, SHARE)),
    OWNER(Set.of(TunnelPermission.values()));

    private final Set<TunnelPermission> permissions;

    TunnelRole(Set<TunnelPermission> permissions) {
        this.permissions = permissions;
    }

    /** Whether the role may do something that needs the permission. */
    public boolean allows(TunnelPermission permission) {
        return permissions.contains(permission);
    }

    /** Name in requests, answers and rows. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A role that can be granted, by its name or by the permission it stands for: {@code read}, {@code write}. */
    public static Optional<TunnelRole> granted(String word) {
        return switch (word) {
            case "viewer", "read" -> Optional.of(VIEWER);
            case "editor", "write" -> Optional.of(EDITOR);
            case "admin" -> Optional.of(ADMIN);
            default -> Optional.empty();
        };
    }

    /** The role of a {@link #wireName()} that was stored. */
    public static TunnelRole ofWireName(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
