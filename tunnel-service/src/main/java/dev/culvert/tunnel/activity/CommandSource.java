package dev.culvert.tunnel.activity;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;

/**
 * Where a command came from, as its owner is shown it.
 *
 * @param address the client's address
 * @param agent the client's {@code User-Agent}, empty when it sent none
 */
public record CommandSource(String address, String agent) {
    private static final int MAX_AGENT_LENGTH = 512;

    public CommandSource {
        agent = agent.length() > MAX_AGENT_LENGTH ? agent.substring(0, MAX_AGENT_LENGTH) : agent;
    }

    /** The client of a request; behind the gateway the address it forwarded. */
    public static CommandSource of(HttpServletRequest request) {
        return new CommandSource(
                request.getRemoteAddr(), Objects.requireNonNullElse(request.getHeader("User-Agent"), ""));
    }
}
