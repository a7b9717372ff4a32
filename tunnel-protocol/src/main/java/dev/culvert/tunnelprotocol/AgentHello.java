package dev.culvert.tunnelprotocol;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The agent's only line on the control stream, as JSON: {@code
 * {"version":…,"instance":…,"connection":…,"endpoint":…,"target":…}}. Receivers ignore members they do not know.
 *
 * @param version of the agent
 * @param instance random id of the agent process
 * @param connection number of the link within the process, from 0; a link that says the same instance and number as an
 *     older one replaces it
 * @param endpoint which of the tunnel's endpoints the agent is; absent from agents of before there were several
 * @param target address of the local service, for people to read; nobody but the agent decides where requests go
 */
public record AgentHello(
        String version,
        String instance,
        int connection,
        @Nullable String endpoint,
        @Nullable String target) {
    /** Longest line a receiver accepts, in bytes. */
    public static final int MAX_LINE_BYTES = 4096;

    /** Longest address of a local service that is shown. */
    public static final int MAX_TARGET_LENGTH = 300;

    /** Endpoint of an agent that names none. */
    public static final String DEFAULT_ENDPOINT = "default";

    /** What an endpoint may be called. */
    public static final Pattern ENDPOINT_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /** The endpoint, also of an agent that names none. */
    public String endpointOrDefault() {
        return endpoint == null ? DEFAULT_ENDPOINT : endpoint;
    }

    /** Whether the members that name the endpoint are as they should be. */
    public boolean namesEndpointWell() {
        return ENDPOINT_NAME.matcher(endpointOrDefault()).matches()
                && (target == null || target.length() <= MAX_TARGET_LENGTH);
    }
}
