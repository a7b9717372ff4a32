package dev.culvert.tunnel.usage;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Metering.
 *
 * @param directory where counts of requests are that the database has not yet; a process that is killed finds them there when it
 *     starts again. Several replicas may share it
 * @param tallies requests, under way or not stored yet, that survive a kill, 320 bytes each; what comes beyond is counted in
 *     memory alone
 * @param flushInterval how often measured traffic is stored
 * @param hoursKept how long use by the hour is kept
 * @param daysKept how long use by the day is kept, and with it that by week and month, and what was reported
 * @param purgeInterval how often what is older is looked for
 */
@Validated
@ConfigurationProperties("culvert.tunnel.usage")
record UsageProperties(
        @NotNull Path directory,

        @Min(1) @Max(1_000_000) @DefaultValue("16384") int tallies,

        @NotNull @DurationMin(millis = 10) @DefaultValue("1s")
        Duration flushInterval,

        @NotNull @DurationMin(days = 1) @DefaultValue("90d") Duration hoursKept,

        @NotNull @DurationMin(days = 1) @DefaultValue("730d")
        Duration daysKept,

        @NotNull @DurationMin(seconds = 1) @DefaultValue("1h")
        Duration purgeInterval) {}
