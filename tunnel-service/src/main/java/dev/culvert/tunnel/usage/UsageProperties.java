package dev.culvert.tunnel.usage;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Metering.
 *
 * @param flushInterval how often measured traffic is stored; a process that is killed loses at most what moved within one
 *     interval
 * @param hoursKept how long use by the hour is kept
 * @param daysKept how long use by the day is kept, and with it that by week and month, and what was reported
 * @param purgeInterval how often what is older is looked for
 */
@Validated
@ConfigurationProperties("culvert.tunnel.usage")
record UsageProperties(
        @NotNull @DurationMin(millis = 10) @DefaultValue("1s")
        Duration flushInterval,

        @NotNull @DurationMin(days = 1) @DefaultValue("90d") Duration hoursKept,

        @NotNull @DurationMin(days = 1) @DefaultValue("730d")
        Duration daysKept,

        @NotNull @DurationMin(seconds = 1) @DefaultValue("1h")
        Duration purgeInterval) {}
