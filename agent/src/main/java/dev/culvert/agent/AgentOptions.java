package dev.culvert.agent;

import dev.culvert.agent.connect.Server;
import dev.culvert.agent.connect.Way;
import dev.culvert.agent.forward.Target;
import dev.culvert.tunnelprotocol.AgentHello;
import dev.culvert.tunnelprotocol.LinkSettings;
import java.time.Duration;

/**
 * What an agent needs to know.
 *
 * @param server the gateway, or tunnel-service's data port
 * @param way how the server is reached
 * @param tunnel name of the tunnel
 * @param endpoint which of the tunnel's endpoints this agent is; agents of the same name stand in for each other
 * @param target the local service, the only place requests go to
 * @param key API key or access token; never logged
 * @param connections links at the same time; {@value #AS_REPLICAS} takes two where the server has several replicas, on different
 *     ones, else one
 * @param link sizes and times of each link
 * @param drainGrace how long {@link Agent#close()} waits for running requests
 */
public record AgentOptions(
        Server server,
        Way way,
        String tunnel,
        String endpoint,
        Target target,
        String key,
        int connections,
        LinkSettings link,
        Duration drainGrace) {
    public static final int AS_REPLICAS = 0;
    public static final int MAX_CONNECTIONS = 16;
    public static final Duration DEFAULT_DRAIN_GRACE = Duration.ofSeconds(30);

    public AgentOptions {
        if (connections < AS_REPLICAS || connections > MAX_CONNECTIONS) {
            throw new IllegalArgumentException("An agent has 0 to " + MAX_CONNECTIONS + " connections");
        }
        if (tunnel.isBlank()) {
            throw new IllegalArgumentException("The tunnel needs a name");
        }
        if (!AgentHello.ENDPOINT_NAME.matcher(endpoint).matches()) {
            throw new IllegalArgumentException(
                    "An endpoint is named with 1 to 63 letters, digits, dots, dashes and underscores, not '" + endpoint
                            + "'");
        }
        if (key.isBlank() || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("The API key is empty or has characters that no key has");
        }
    }

    /**
     * Options with the defaults.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    public static AgentOptions of(String server, String tunnel, String target, String key) {
        return new AgentOptions(
                Server.parse(server),
                Way.STRAIGHT,
                tunnel,
                AgentHello.DEFAULT_ENDPOINT,
                Target.parse(target),
                key,
                AS_REPLICAS,
                LinkSettings.DEFAULTS,
                DEFAULT_DRAIN_GRACE);
    }

    public AgentOptions withEndpoint(String name) {
        return new AgentOptions(server, way, tunnel, name, target, key, connections, link, drainGrace);
    }

    public AgentOptions withTarget(Target place) {
        return new AgentOptions(server, way, tunnel, endpoint, place, key, connections, link, drainGrace);
    }

    public AgentOptions withWay(Way other) {
        return new AgentOptions(server, other, tunnel, endpoint, target, key, connections, link, drainGrace);
    }

    public AgentOptions withConnections(int number) {
        return new AgentOptions(server, way, tunnel, endpoint, target, key, number, link, drainGrace);
    }

    public AgentOptions withLink(LinkSettings settings) {
        return new AgentOptions(server, way, tunnel, endpoint, target, key, connections, settings, drainGrace);
    }

    public AgentOptions withDrainGrace(Duration grace) {
        return new AgentOptions(server, way, tunnel, endpoint, target, key, connections, link, grace);
    }

    @Override
    public String toString() {
        return "AgentOptions[server=" + server.base() + ", tunnel=" + tunnel + ", target=" + target + "]";
    }
}
