package dev.culvert.tunnel.access;

import java.util.Locale;

/** What a role can allow (requirement P2.10.4). */
public enum TunnelPermission {
    READ,
    WRITE,
    DELETE,
    SHARE;

    /** Name in answers. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
