package dev.culvert.tunnel.history;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What is told of the use of tunnels.
 *
 * @param announceInterval how often the sums of tunnels that carried traffic are published as events
 */
@Validated
@ConfigurationProperties("culvert.tunnel.history")
record HistoryProperties(
        @NotNull @DurationMin(millis = 100) @DefaultValue("1m")
        Duration announceInterval) {}
