package dev.culvert.tunnel.cluster;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the replicas of this service know of each other.
 *
 * @param enabled whether this replica shares its agents with others; off, it serves its own alone
 * @param redisUrl the store of the leases; several addresses of a Redis Cluster may be given, separated by commas
 * @param redisCluster whether that is a Redis Cluster
 * @param address host and port under which the other replicas reach this one's data port; empty takes the address it
 *     listens on, or this machine's if it listens on all
 * @param lease how long the others believe in a replica that says nothing
 * @param heartbeat how often a replica renews its lease and looks at the others'
 * @param notice how long a replica that stops goes on to accept connections, so that whoever leads them there can hear of it;
 *     nothing where the balancer tries the next replica when a connection is refused
 * @param handOver how long a replica that stops goes on to take requests for agents that have not found another one yet
 */
@Validated
@ConfigurationProperties("culvert.tunnel.cluster")
public record ClusterProperties(
        @DefaultValue("true") boolean enabled,

        @NotBlank @DefaultValue("redis://127.0.0.1:6379") String redisUrl,

        @DefaultValue("false") boolean redisCluster,
        @DefaultValue("") String address,

        @NotNull @DurationMin(millis = 500) @DefaultValue("10s")
        Duration lease,

        @NotNull @DurationMin(millis = 50) @DefaultValue("3s")
        Duration heartbeat,

        @NotNull @DurationMin(millis = 0) @DefaultValue("0s")
        Duration notice,

        @NotNull @DurationMin(millis = 0) @DefaultValue("10s")
        Duration handOver) {
    public ClusterProperties {
        if (heartbeat.multipliedBy(2).compareTo(lease) > 0) {
            throw new IllegalArgumentException("culvert.tunnel.cluster.lease must last two heartbeats at least");
        }
    }
}
