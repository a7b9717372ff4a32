package dev.culvert.proxy.proxy;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Whether a proxy takes requests (requirement R5.2).
 *
 * @param status {@code error} when it runs but no target is available
 * @param since when it was last started or stopped
 * @param lastActivityAt when a request last came, to within a few seconds
 */
record ProxyStatusResponse(
        UUID id,
        @Schema(example = "chat") String name,

        @Schema(allowableValues = {"running", "stopped", "error"})
        String status,

        Instant since,
        Optional<Instant> lastActivityAt,
        List<TargetStatus> targets) {

    /**
     * A target as this replica saw it.
     *
     * @param available false for a few seconds after it failed, and while its tunnel is known not to be connected
     * @param tunnelStatus of a tunnel that tunnel-service told of; null for an address and where nothing was told
     */
    record TargetStatus(
            Target target,
            boolean available,

            @Schema(allowableValues = {"created", "connecting", "connected", "disconnected", "error", "deleted"})
            Optional<String> tunnelStatus) {}
}
