package dev.culvert.auth.token;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What tokens say and how long they and the sessions behind them live (requirement X-9).
 *
 * @param issuer the {@code iss} of access tokens: the address of the gateway as users see it
 * @param accessLifetime of access tokens, at most a day
 * @param adminAccessLifetime of access tokens that carry an administrator's role, at most a day
 * @param refreshLifetime of a refresh token; each use gives a new one
 * @param adminIdle the same for administrators: a session nobody renewed for so long has ended (requirement AC1.3)
 * @param sessionLifetime after which somebody has to sign in again, however often the session was refreshed
 * @param refreshGrace time in which a refresh token that comes back gets the same successor once more, because the first
 *     answer was lost; afterwards it ends the session
 * @param endedRetention how long ended sessions stay for the record
 */
@Validated
@ConfigurationProperties("culvert.auth.token")
record TokenProperties(
        @NotBlank String issuer,
        @DefaultValue("30m") Duration accessLifetime,
        @DefaultValue("15m") Duration adminAccessLifetime,
        @DefaultValue("7d") Duration refreshLifetime,
        @DefaultValue("30m") Duration adminIdle,
        @DefaultValue("30d") Duration sessionLifetime,
        @DefaultValue("10s") Duration refreshGrace,
        @DefaultValue("30d") Duration endedRetention) {
    private static final Duration LONGEST_ACCESS = Duration.ofDays(1);

    @AssertTrue(message = "access tokens live between a second and a day")
    boolean isAccessLifetimeBounded() {
        return bounded(accessLifetime) && bounded(adminAccessLifetime);
    }

    private static boolean bounded(Duration lifetime) {
        return lifetime.compareTo(Duration.ofSeconds(1)) >= 0 && lifetime.compareTo(LONGEST_ACCESS) <= 0;
    }
}
