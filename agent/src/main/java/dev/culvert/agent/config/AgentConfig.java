package dev.culvert.agent.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a configuration file says.
 *
 * @param keyFile where the API key is; else it comes from where it would without a file
 * @param status where the status page listens, if anywhere
 * @param tunnels in the order of the file, each name once
 */
public record AgentConfig(Optional<Path> keyFile, Optional<InetSocketAddress> status, List<TunnelEntry> tunnels) {
    public AgentConfig {
        tunnels = List.copyOf(tunnels);
    }
}
