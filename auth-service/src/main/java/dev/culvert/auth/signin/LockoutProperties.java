package dev.culvert.auth.signin;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Lockout after wrong passwords (requirement X-10).
 *
 * @param failures wrong passwords that lock the account or name
 * @param window failures count together when they fall within this time
 * @param duration how long the lock holds, for the right password too
 * @param checkTime how long one check may take before its place is given to another; longer than any password hash
 * @param placeWait how long a sign-in waits while as many checks of the same account run as failures are left
 * @param addressFailures wrong passwords for different accounts or names after which an address is refused until the window
 *     has passed; raise it where many people share an address, 0 switches it off
 */
@Validated
@ConfigurationProperties("culvert.auth.lockout")
record LockoutProperties(
        @DefaultValue("5") @Min(1) int failures,
        @DefaultValue("15m") Duration window,
        @DefaultValue("30m") Duration duration,
        @DefaultValue("30s") Duration checkTime,
        @DefaultValue("5s") Duration placeWait,
        @DefaultValue("5") @Min(0) int addressFailures) {}
