package dev.culvert.tunnel.connection;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * This replica among those of tunnel-service.
 *
 * @param name unique among the replicas and the same after a restart, so that a replica that was killed finds what it left
 *     behind
 * @param sweepInterval how often a replica says that it lives and compares the stored connections with the real ones
 * @param deadAfter a replica that was silent for so long counts as dead, and its agents as gone
 */
@Validated
@ConfigurationProperties("culvert.tunnel.replica")
public record ReplicaProperties(
        @NotBlank String name,

        @NotNull @DurationMin(millis = 100) @DefaultValue("5s")
        Duration sweepInterval,

        @NotNull @DurationMin(seconds = 1) @DefaultValue("20s")
        Duration deadAfter) {}
