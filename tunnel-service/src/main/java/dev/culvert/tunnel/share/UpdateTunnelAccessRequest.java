package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may use a tunnel without a share (PUT: what is left out takes its default, which is open to no one else). */
record UpdateTunnelAccessRequest(
        @Schema(allowableValues = {"private", "shared", "public"})
        @NotNull
        @Pattern(regexp = "private|shared|public", message = "must be private, shared or public")
        String visibility,

        @Schema(
                description =
                        "The only networks requests may come from, as addresses or in CIDR notation; all unless set.",
                example = "[\"203.0.113.0/24\"]")
        @Size(max = 100)
        @Nullable
        List<@NotNull @Size(max = 50) String> allowedNetworks,

        @Schema(description = "What visitors of the public tunnel must send as HTTP Basic; nothing unless set.")
        @Valid
        @Nullable
        LoginRequest login) {

    /** A name and its password. */
    record LoginRequest(
            @Schema(example = "guest")
            @NotNull
            @Pattern(regexp = "[^:\\p{Cntrl}]{1,100}", message = "must have no colon and 1 to 100 characters")
            String username,

            @Schema(description = "8 to 72 bytes of UTF-8.") @NotNull @Size(min = 8, max = 72)
            String password) {
        @Override
        public String toString() {
            return "LoginRequest[" + username + "]";
        }
    }
}
