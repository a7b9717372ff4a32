package dev.culvert.tunnelprotocol;

/**
 * The agent's only line on the control stream, as JSON: {@code {"version":…,"instance":…,"connection":…}}.
 * Receivers ignore members they do not know.
 *
 * @param version of the agent
 * @param instance random id of the agent process
 * @param connection number of the link within the process, from 0; a link that says the same instance and number as an
 *     older one replaces it
 */
public record AgentHello(String version, String instance, int connection) {
    /** Longest line a receiver accepts, in bytes. */
    public static final int MAX_LINE_BYTES = 4096;
}
