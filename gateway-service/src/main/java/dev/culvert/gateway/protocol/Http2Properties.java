package dev.culvert.gateway.protocol;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * HTTP/2, with clients and with services. Whether clients may speak it at all is {@code server.http2.enabled}.
 *
 * @param maxStreams most requests at one moment on a client's connection
 * @param streamWindow most bytes of one body that are under way or held, in each direction
 * @param connectionWindow the same for all bodies of a client's connection together
 * @param services names of the services that speak HTTP/2 without TLS; gRPC calls reach them by it
 * @param upstreamConnections most connections to one service for gRPC calls, for each event loop
 */
@ConfigurationProperties("culvert.gateway.http2")
public record Http2Properties(
        @DefaultValue("128") int maxStreams,
        @DefaultValue("256KB") DataSize streamWindow,
        @DefaultValue("8MB") DataSize connectionWindow,
        @DefaultValue("tunnel-data") List<String> services,
        @DefaultValue("8") int upstreamConnections) {
    private static final long LEAST_WINDOW = 65_535;

    public Http2Properties {
        services = List.copyOf(services);
        if (maxStreams < 1 || upstreamConnections < 1) {
            throw new IllegalArgumentException("culvert.gateway.http2 needs at least one stream and one connection");
        }
        if (streamWindow.toBytes() < LEAST_WINDOW
                || connectionWindow.compareTo(streamWindow) < 0
                || connectionWindow.toBytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("culvert.gateway.http2.stream-window is at least " + LEAST_WINDOW
                    + " bytes, and connection-window no smaller");
        }
    }
}
