package dev.culvert.tunnel.ingress;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The port that carries traffic, apart from the API's.
 *
 * @param address address to listen on
 * @param port port to listen on; 0 takes any free one
 * @param eventLoops threads that move bytes; 0 takes one for each processor
 * @param memoryBudget what the streams of all requests may hold together; 0 takes half of the memory Netty may use outside
 *     the heap. Requests beyond it are answered with 503
 * @param firstByteTimeout longest silence before an answer starts, where the tunnel sets none
 * @param idleTimeout longest silence once an answer has started, where the tunnel sets none
 * @param drainTimeout how long running requests are waited for when the service stops
 * @param pingInterval silence on a busy agent connection after which the agent is asked whether it is there
 * @param suspectAfter how long an unanswered question may stand before a connection gets no new requests
 * @param closeAfter how long before the connection is given up
 */
@ConfigurationProperties("culvert.tunnel.data-port")
public record DataPortProperties(
        @DefaultValue("0.0.0.0") String address,
        @DefaultValue("9083") int port,
        @DefaultValue("0") int eventLoops,
        @DefaultValue("0B") DataSize memoryBudget,
        @DefaultValue("10m") Duration firstByteTimeout,
        @DefaultValue("5m") Duration idleTimeout,
        @DefaultValue("25s") Duration drainTimeout,
        @DefaultValue("1s") Duration pingInterval,
        @DefaultValue("3s") Duration suspectAfter,
        @DefaultValue("10s") Duration closeAfter) {
    public DataPortProperties {
        if (firstByteTimeout.isNegative() || idleTimeout.isNegative() || drainTimeout.isNegative()) {
            throw new IllegalArgumentException("Timeouts of culvert.tunnel.data-port cannot be negative");
        }
    }
}
