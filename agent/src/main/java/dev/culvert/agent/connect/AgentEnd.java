package dev.culvert.agent.connect;

/**
 * Why an agent ended for good.
 *
 * @param detail what the server said, or empty
 */
public record AgentEnd(Reason reason, String detail) {
    /** Reasons with the exit code of the command. */
    public enum Reason {
        /** The user or a caller of {@code close} asked for it. */
        CLOSED(0),
        /** The server does not accept the API key, or not for this. */
        KEY_REFUSED(3),
        /** The server knows no tunnel of that name for this key's owner. */
        TUNNEL_UNKNOWN(4),
        /** The tunnel is stopped, or was stopped or deleted while the agent was connected. */
        TUNNEL_STOPPED(5),
        /** What answers at the server's address does not speak this agent's protocol. */
        NOT_A_TUNNEL_SERVER(6);

        private final int exitCode;

        Reason(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }
}
