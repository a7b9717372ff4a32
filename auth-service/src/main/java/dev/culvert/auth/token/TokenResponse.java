package dev.culvert.auth.token;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answer of RFC 6749 §5.1.
 *
 * @param refreshToken absent in cookie mode, where a cookie holds it
 * @param csrfToken only in cookie mode: to be sent as {@code X-CSRF-Token} with the next renewal
 * @param refreshLifetime how long the refresh token is good for; not sent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TokenResponse(
        @JsonProperty("access_token") String accessToken,

        @JsonProperty("token_type") @Schema(example = "bearer")
        String tokenType,

        @JsonProperty("expires_in") @Schema(description = "seconds", example = "1800")
        long expiresIn,

        @JsonProperty("refresh_token") @Schema(description = "absent in cookie mode") @Nullable
        String refreshToken,

        @Schema(example = "profile:read tunnels:read") String scope,

        @JsonProperty("csrf_token") @Schema(description = "only in cookie mode") @Nullable
        String csrfToken,

        @JsonIgnore Duration refreshLifetime) {

    static TokenResponse of(AccessToken access, OpaqueToken refresh, Duration refreshLifetime) {
        return new TokenResponse(
                access.value(),
                "bearer",
                access.lifetime().toSeconds(),
                refresh.value(),
                access.scope(),
                null,
                refreshLifetime);
    }

    /** The same without the refresh token, which travels in a cookie instead. */
    TokenResponse inCookieMode(String csrf) {
        return new TokenResponse(accessToken, tokenType, expiresIn, null, scope, csrf, refreshLifetime);
    }

    /** Leaves the tokens out, so that they cannot get into a log. */
    @Override
    public String toString() {
        return "TokenResponse[" + scope + "]";
    }
}
