package dev.culvert.tunnel.diagnostics;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What is kept to find faults with.
 *
 * @param flushInterval how often failed requests are stored
 * @param latencyFlushInterval how often latencies are stored; a process that is killed loses at most those of one interval
 * @param errorsAtOnce most failed requests that wait to be stored; what comes beyond is counted only
 * @param errorsPerMinute most failed requests of one tunnel that a replica stores in a minute
 * @param kept how long states, connections, switches and failed requests are kept; latencies are for a week
 * @param purgeInterval how often what is older is looked for
 */
@Validated
@ConfigurationProperties("culvert.tunnel.diagnostics")
record DiagnosticsProperties(
        @NotNull @DurationMin(millis = 10) @DefaultValue("1s")
        Duration flushInterval,

        @NotNull @DurationMin(millis = 10) @DefaultValue("5s")
        Duration latencyFlushInterval,

        @Min(1) @DefaultValue("1000") int errorsAtOnce,

        @Min(1) @DefaultValue("60") int errorsPerMinute,

        @NotNull @DurationMin(hours = 1) @DefaultValue("90d")
        Duration kept,

        @NotNull @DurationMin(seconds = 1) @DefaultValue("1h")
        Duration purgeInterval) {}
