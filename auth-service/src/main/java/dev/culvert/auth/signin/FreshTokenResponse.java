package dev.culvert.auth.signin;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import io.swagger.v3.oas.annotations.media.Schema;

/** An access token of a session that goes on, for somebody who has just proven again who they are. */
public record FreshTokenResponse(
        @JsonProperty("access_token") String accessToken,

        @JsonProperty("token_type") @Schema(example = "bearer")
        String tokenType,

        @JsonProperty("expires_in") @Schema(description = "seconds", example = "1800")
        long expiresIn,

        @Schema(example = "profile:read tunnels:read") String scope) {

    /** The answer with a token. */
    public static FreshTokenResponse of(AccessToken token) {
        return new FreshTokenResponse(token.value(), "bearer", token.lifetime().toSeconds(), token.scope());
    }

    /** Leaves the token out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "FreshTokenResponse[" + scope + "]";
    }
}
