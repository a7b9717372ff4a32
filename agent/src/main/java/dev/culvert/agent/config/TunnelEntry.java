package dev.culvert.agent.config;

import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Server;
import dev.culvert.agent.connect.Way;
import dev.culvert.agent.forward.HeaderChanges;
import dev.culvert.agent.forward.Target;
import dev.culvert.agent.profile.Profile;
import dev.culvert.tunnelprotocol.AgentHello;
import dev.culvert.tunnelprotocol.LinkSettings;

/**
 * One tunnel that the agent serves. Only values, so that two of them can be compared: an agent whose entry is the same
 * after the file changed is left alone.
 *
 * @param server address of the gateway
 * @param way how the server is reached; where it names no proxy, the environment may
 * @param tunnel name of the tunnel
 * @param endpoint which of the tunnel's endpoints the service is
 * @param to address of the local service
 * @param profile what the local service is
 * @param allowManagement whether callers may change what is installed there
 * @param connections links at the same time; 0 takes two where the server has several replicas, else one
 * @param maxStreams requests at the same time on each link; the server sends no more
 * @param request changes to what the local service gets
 * @param answer changes to what it answers
 */
public record TunnelEntry(
        String server,
        Way way,
        String tunnel,
        String endpoint,
        String to,
        Profile profile,
        boolean allowManagement,
        int connections,
        int maxStreams,
        HeaderChanges request,
        HeaderChanges answer) {
    public static final int DEFAULT_CONNECTIONS = AgentOptions.AS_REPLICAS;
    public static final String DEFAULT_ENDPOINT = AgentHello.DEFAULT_ENDPOINT;
    public static final int DEFAULT_MAX_STREAMS = LinkSettings.DEFAULTS.maxConcurrentStreams();
    public static final int LARGEST_MAX_STREAMS = 10_000;

    /**
     * @throws IllegalArgumentException with a sentence for the user
     */
    public TunnelEntry {
        if (tunnel.isBlank()) {
            throw new IllegalArgumentException("The tunnel needs a name");
        }
        if (!AgentHello.ENDPOINT_NAME.matcher(endpoint).matches()) {
            throw new IllegalArgumentException(
                    "An endpoint is named with 1 to 63 letters, digits, dots, dashes and underscores, not '" + endpoint
                            + "'");
        }
        if (maxStreams < 1 || maxStreams > LARGEST_MAX_STREAMS) {
            throw new IllegalArgumentException("maxStreams is from 1 to " + LARGEST_MAX_STREAMS);
        }
        if (connections < AgentOptions.AS_REPLICAS || connections > AgentOptions.MAX_CONNECTIONS) {
            throw new IllegalArgumentException("connections is from 0 to " + AgentOptions.MAX_CONNECTIONS);
        }
        Target.parse(to);
        Server.parse(server);
    }

    /** An entry with nothing changed. */
    public static TunnelEntry of(String server, String tunnel, String to, Profile profile, int connections) {
        return new TunnelEntry(
                server,
                Way.STRAIGHT,
                tunnel,
                DEFAULT_ENDPOINT,
                to,
                profile,
                false,
                connections,
                DEFAULT_MAX_STREAMS,
                HeaderChanges.NONE,
                HeaderChanges.NONE);
    }

    public TunnelEntry withManagement(boolean allowed) {
        return new TunnelEntry(
                server, way, tunnel, endpoint, to, profile, allowed, connections, maxStreams, request, answer);
    }

    public TunnelEntry withWay(Way other) {
        return new TunnelEntry(
                server,
                other,
                tunnel,
                endpoint,
                to,
                profile,
                allowManagement,
                connections,
                maxStreams,
                request,
                answer);
    }

    public TunnelEntry withEndpoint(String name) {
        return new TunnelEntry(
                server, way, tunnel, name, to, profile, allowManagement, connections, maxStreams, request, answer);
    }

    /** The tunnel, with the endpoint where that says more: what tells this entry from the others of an agent. */
    public String label() {
        return endpoint.equals(DEFAULT_ENDPOINT) ? tunnel : tunnel + '/' + endpoint;
    }

    /** What an agent needs to serve it. */
    public AgentOptions options(String key) {
        Target target =
                Target.parse(to).withRules(profile.rules(allowManagement).and(request, answer));
        LinkSettings defaults = LinkSettings.DEFAULTS;
        Server place = Server.parse(server);
        return new AgentOptions(
                place,
                new Way(way.only(), way.proxy().or(() -> HttpProxy.of(System.getenv(), place))),
                tunnel,
                endpoint,
                target,
                key,
                connections,
                new LinkSettings(
                        defaults.streamWindowBytes(),
                        defaults.connectionWindowBytes(),
                        // One more for the control stream, which the service opens first.
                        maxStreams + 1,
                        defaults.pingInterval(),
                        defaults.suspectAfter(),
                        defaults.closeAfter()),
                AgentOptions.DEFAULT_DRAIN_GRACE);
    }

    /** Address under which callers reach the tunnel. */
    public String publicAddress() {
        return Server.parse(server).publicAddress(tunnel);
    }
}
