package dev.culvert.tunnel.inspector;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The inspector of requests. All it keeps is in memory of the replica that carried a request.
 *
 * @param requestsPerTunnel the latest requests of a tunnel that are kept
 * @param memory what all kept requests may take together; the oldest go first
 * @param bodyLimit most that is kept of one body, where the owner lets bodies be kept
 * @param decodedLimit most that a compressed body is unpacked to when it is looked at
 * @param chunksPerRequest most pieces of a body whose times are kept
 * @param settingsRefresh how often a replica looks for settings that were changed through another
 * @param heartbeat silence on a live stream after which a sign of life is sent
 * @param streamLength longest life of a live stream; clients connect again, with credentials that are checked again
 * @param watchersPerTunnel live streams of one tunnel at a replica at the same time
 * @param watchers live streams of all tunnels at a replica at the same time
 * @param replayTimeout longest wait for the answer to a request that is sent again
 */
@Validated
@ConfigurationProperties("culvert.tunnel.inspector")
record InspectorProperties(
        @Min(1) @DefaultValue("100") int requestsPerTunnel,
        @NotNull @DefaultValue("32MB") DataSize memory,
        @NotNull @DefaultValue("64KB") DataSize bodyLimit,
        @NotNull @DefaultValue("1MB") DataSize decodedLimit,
        @Min(1) @DefaultValue("500") int chunksPerRequest,

        @NotNull @DurationMin(millis = 10) @DefaultValue("2s")
        Duration settingsRefresh,

        @NotNull @DurationMin(millis = 10) @DefaultValue("10s")
        Duration heartbeat,

        @NotNull @DurationMin(seconds = 1) @DefaultValue("15m")
        Duration streamLength,

        @Min(1) @DefaultValue("16") int watchersPerTunnel,
        @Min(1) @DefaultValue("1000") int watchers,

        @NotNull @DurationMin(millis = 100) @DefaultValue("25s")
        Duration replayTimeout) {}
