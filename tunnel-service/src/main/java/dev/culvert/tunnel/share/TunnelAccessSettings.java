package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may use a tunnel without a share of their own.
 *
 * @param visibility private, shared with the owner's whole tenant as viewers, or public
 * @param allowedNetworks the only networks requests may come from; empty for all
 * @param loginUsername the name that visitors of the public tunnel must send with the password (HTTP Basic), if it asks them
 */
record TunnelAccessSettings(
        @Schema(allowableValues = {"private", "shared", "public"})
        String visibility,

        @Schema(example = "[\"203.0.113.0/24\"]") List<String> allowedNetworks,
        @Schema(example = "guest") @Nullable String loginUsername) {
    TunnelAccessSettings {
        allowedNetworks = List.copyOf(allowedNetworks);
    }
}
