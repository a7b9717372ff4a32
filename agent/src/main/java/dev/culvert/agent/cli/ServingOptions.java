package dev.culvert.agent.cli;

import dev.culvert.agent.config.StatusAddress;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.connect.Way;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that serve one tunnel from the command line. */
public final class ServingOptions {
    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "" + TunnelEntry.DEFAULT_CONNECTIONS,
            description =
                    "Connections at the same time; 0 takes two where the server has several replicas, else one (default).")
    int connections;

    @Option(
            names = "--endpoint",
            paramLabel = "NAME",
            defaultValue = TunnelEntry.DEFAULT_ENDPOINT,
            description =
                    "Which endpoint of the tunnel this is, where several agents serve one (default: ${DEFAULT-VALUE}).")
    String endpoint = TunnelEntry.DEFAULT_ENDPOINT;

    @Option(
            names = "--status",
            paramLabel = "[HOST:]PORT",
            description = "Show a status page and metrics there; on this machine only.")
    @Nullable
    String status;

    @Option(
            names = "--transport",
            paramLabel = "WORD",
            defaultValue = Transport.AUTO,
            description =
                    "websocket, polling by plain HTTP, or auto: polling where no WebSocket passes (default: ${DEFAULT-VALUE}).")
    String transport = Transport.AUTO;

    /**
     * How the server is reached.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    Way way() {
        return new Way(Transport.parse(transport), Optional.empty());
    }

    /**
     * Where the status page is wanted.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    Optional<InetSocketAddress> statusAddress() {
        return Optional.ofNullable(status).map(StatusAddress::parse);
    }
}
