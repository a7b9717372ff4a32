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
 * @param flushInterval how often measured traffic is stored; a process that is killed loses at most what was measured in
 *     one interval
 */
@Validated
@ConfigurationProperties("culvert.tunnel.usage")
record UsageProperties(
        @NotNull @DurationMin(millis = 10) @DefaultValue("1s")
        Duration flushInterval) {}
