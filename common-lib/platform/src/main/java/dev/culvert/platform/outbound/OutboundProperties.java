package dev.culvert.platform.outbound;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Calls to addresses that users give.
 *
 * @param allowed special-purpose addresses that may be called all the same: {@code 127.0.0.1:8090} or {@code 10.0.0.0/8}
 * @param connectTimeout how long a connection may take
 * @param timeout how long a whole call may take
 * @param responseLimit how much of an answer is read
 * @param connectionsPerHost calls to one host at the same time
 */
@ConfigurationProperties("culvert.outbound")
public record OutboundProperties(
        @DefaultValue List<String> allowed,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("64KB") DataSize responseLimit,
        @DefaultValue("20") int connectionsPerHost) {

    public OutboundProperties {
        allowed = List.copyOf(allowed);
    }
}
