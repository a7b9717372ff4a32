package dev.culvert.agent.cli;

import dev.culvert.agent.connect.AgentEnd;

/** How the commands end, for scripts and service managers; docs/how-to/run-an-agent.md has the table. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILED = 1;
    /** A wrong option, or a configuration file that cannot be used. */
    public static final int USAGE = 2;

    public static final int KEY_REFUSED = AgentEnd.Reason.KEY_REFUSED.exitCode();
    public static final int TUNNEL_UNKNOWN = AgentEnd.Reason.TUNNEL_UNKNOWN.exitCode();
    public static final int TUNNEL_STOPPED = AgentEnd.Reason.TUNNEL_STOPPED.exitCode();
    public static final int NOT_A_TUNNEL_SERVER = AgentEnd.Reason.NOT_A_TUNNEL_SERVER.exitCode();
    /** No local service was found, or several and nobody said which. */
    public static final int NO_LOCAL_SERVICE = 7;

    public static final int SERVER_UNREACHABLE = 8;

    private ExitCode() {}
}
