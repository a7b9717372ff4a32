package dev.culvert.gateway.spool;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Events on their way from the gateway to Kafka.
 *
 * @param directory where they wait; several gateways may share it. Keep it on a disk that outlives the process
 * @param queue most events that wait in memory for the disk; what comes beyond that is lost and counted
 * @param writeEvery how often waiting events are written: what a killed process loses at most
 * @param forceEvery how often what was written is forced to the disk: what a machine that loses power loses at most
 * @param segmentSize size from which a file is closed and sent
 * @param segmentAge age from which a file is closed and sent: how late events are at Kafka at most, when it is there
 * @param maxSize most that waits on disk while Kafka is away; what comes beyond that is lost and counted
 * @param kafkaServers where events go
 */
@ConfigurationProperties("culvert.gateway.spool")
public record SpoolProperties(
        Path directory,
        @DefaultValue("16384") int queue,
        @DefaultValue("10ms") Duration writeEvery,
        @DefaultValue("100ms") Duration forceEvery,
        @DefaultValue("4MB") DataSize segmentSize,
        @DefaultValue("500ms") Duration segmentAge,
        @DefaultValue("512MB") DataSize maxSize,
        @DefaultValue("127.0.0.1:9092") String kafkaServers) {

    public SpoolProperties {
        if (queue < 1 || segmentSize.toBytes() < 1 || maxSize.compareTo(segmentSize) < 0) {
            throw new IllegalArgumentException(
                    "culvert.gateway.spool: queue and segment-size must be positive, and max-size no less than segment-size");
        }
    }
}
