package dev.culvert.agent.cli;

import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;

/** Why an agent ended, in a sentence that says what to do. */
final class EndSentence {
    private EndSentence() {}

    static String of(AgentEnd end, TunnelEntry entry) {
        String said = end.detail().isEmpty() ? "" : " The server says: " + end.detail();
        return switch (end.reason()) {
            case CLOSED -> "Stopped.";
            case KEY_REFUSED -> "The API key is not accepted for tunnel '" + entry.tunnel() + "'." + said;
            case TUNNEL_UNKNOWN ->
                "There is no tunnel '" + entry.tunnel() + "' for this key; create it first or correct its name." + said;
            case TUNNEL_STOPPED ->
                "The tunnel '" + entry.tunnel() + "' is stopped; start it, then start the agent." + said;
            case NOT_A_TUNNEL_SERVER ->
                "What answers at " + entry.server() + " is not a Culvert server of this version; correct --server."
                        + said;
        };
    }
}
