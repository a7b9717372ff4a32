package dev.culvert.auth.token;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import io.swagger.v3.oas.annotations.media.Schema;

/** The answer of RFC 6749 §5.1. */
public record TokenResponse(
        @JsonProperty("access_token") String accessToken,

        @JsonProperty("token_type") @Schema(example = "bearer")
        String tokenType,

        @JsonProperty("expires_in") @Schema(description = "seconds", example = "1800")
        long expiresIn,

        @JsonProperty("refresh_token") String refreshToken,

        @Schema(example = "profile:read tunnels:read") String scope) {

    static TokenResponse of(AccessToken access, OpaqueToken refresh) {
        return new TokenResponse(
                access.value(), "bearer", access.lifetime().toSeconds(), refresh.value(), access.scope());
    }

    /** Leaves the tokens out, so that they cannot get into a log. */
    @Override
    public String toString() {
        return "TokenResponse[" + scope + "]";
    }
}
