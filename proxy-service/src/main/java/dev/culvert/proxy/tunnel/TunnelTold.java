package dev.culvert.proxy.tunnel;

import java.util.UUID;

/**
 * What a name in a tenant stands for may have changed; published in the transaction that stores it.
 *
 * @param reason what happened, e.g. {@code tunnel_connected}
 */
public record TunnelTold(UUID tenantId, String name, String reason) {}
