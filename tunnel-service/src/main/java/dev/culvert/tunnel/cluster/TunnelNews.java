package dev.culvert.tunnel.cluster;

import dev.culvert.tunnelprotocol.CloseReason;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel was changed on one replica; the others forget what they knew of it.
 *
 * @param from name of that replica
 * @param close why its agents must be closed, null if they may stay
 */
public record TunnelNews(
        String from, UUID tunnelId, @Nullable CloseReason close) {}
