package dev.culvert.tunnel.access;

import java.util.Locale;

/** What a role can allow (requirements P2.10.4, X-15). */
public enum TunnelPermission {
    READ,
    WRITE,
    DELETE,
    SHARE,
    /** The owner's alone. */
    TRANSFER;

    /** Name in answers. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
