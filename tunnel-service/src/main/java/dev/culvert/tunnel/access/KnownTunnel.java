package dev.culvert.tunnel.access;

import dev.culvert.platform.outbound.AddressRange;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What of a tunnel's row decides about its use.
 *
 * @param visibility private, shared or public
 * @param networks the only ones requests may come from, in CIDR notation; empty for all
 * @param status its wire name
 */
record KnownTunnel(
        UUID id,
        UUID tenantId,
        UUID ownerId,
        String name,
        String visibility,
        List<String> networks,
        boolean stopped,
        int maxConnections,
        @Nullable Integer timeoutMillis,
        boolean compression,
        String status,
        Instant createdAt) {

    static final String PRIVATE = "private";

    KnownTunnel {
        networks = List.copyOf(networks);
    }

    /** What the data port needs to know to let somebody in. */
    Resolution letIn(Grant grant) {
        return stopped ? new Resolution.Stopped(id) : found(grant);
    }

    /**
     * Whether requests may come from an address.
     *
     * @param address as text; empty when it could not be told
     */
    boolean isOpenTo(String address) {
        return networks.isEmpty()
                || (!address.isEmpty()
                        && networks.stream()
                                .anyMatch(network ->
                                        AddressRange.parse(network).contains(InetAddress.ofLiteral(address))));
    }

    Resolution.Found found(Grant grant) {
        return new Resolution.Found(
                id,
                tenantId,
                ownerId,
                name,
                maxConnections,
                timeoutMillis == null ? null : Duration.ofMillis(timeoutMillis),
                compression,
                grant,
                networks.stream().map(AddressRange::parse).toList());
    }
}
