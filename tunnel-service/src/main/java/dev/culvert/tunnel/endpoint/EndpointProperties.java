package dev.culvert.tunnel.endpoint;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Endpoints of tunnels. What owners may choose is in their tunnels.
 *
 * @param refresh how often a replica looks for what was changed through another
 * @param look how often a replica compares the endpoints of its tunnels with their agents, and begins health checks
 * @param checkTimeout how long a health check waits for an answer
 * @param doubtInterval longest time between two checks of an endpoint that fails, until it is decided
 * @param agentsReturn how long agents have to come back after a replica has started, before they are missed
 */
@Validated
@ConfigurationProperties("culvert.tunnel.endpoint")
record EndpointProperties(
        @NotNull @DurationMin(millis = 10) @DefaultValue("1s")
        Duration refresh,

        @NotNull @DurationMin(millis = 10) @DefaultValue("250ms")
        Duration look,

        @NotNull @DurationMin(millis = 10) @DefaultValue("5s")
        Duration checkTimeout,

        @NotNull @DurationMin(millis = 10) @DefaultValue("5s")
        Duration doubtInterval,

        @NotNull @DefaultValue("15s") Duration agentsReturn) {}
