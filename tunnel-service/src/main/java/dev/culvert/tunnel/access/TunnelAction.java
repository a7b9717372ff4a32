package dev.culvert.tunnel.access;

import java.util.Locale;

/** Everything that can be done with a tunnel, and the permission it needs (requirement P2.10.2). This is the whole table. */
public enum TunnelAction {
    /** Read it, its status, usage and activity. */
    VIEW(TunnelPermission.READ),
    /** Send requests through it. */
    USE(TunnelPermission.READ),
    /** Name, description, configuration. */
    CHANGE(TunnelPermission.WRITE),
    START(TunnelPermission.WRITE),
    STOP(TunnelPermission.WRITE),
    /** Serve it with an agent. */
    CONNECT(TunnelPermission.WRITE),
    DELETE(TunnelPermission.DELETE),
    /** See and change who may use it, and see who did. */
    SHARE(TunnelPermission.SHARE),
    /** Give it to somebody else (requirement X-15). */
    TRANSFER(TunnelPermission.TRANSFER);

    private final TunnelPermission needs;

    TunnelAction(TunnelPermission needs) {
        this.needs = needs;
    }

    /** What a role must allow. */
    public TunnelPermission needs() {
        return needs;
    }

    /** Name in the access log. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
