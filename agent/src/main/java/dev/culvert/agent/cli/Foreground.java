package dev.culvert.agent.cli;

import dev.culvert.agent.cli.AgentOutput.Notice;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.running.RunningAgents;
import dev.culvert.agent.status.AgentStatus;
import dev.culvert.agent.status.StatusServer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** Runs agents until they end by themselves or the process is told to. */
final class Foreground {
    private final AgentOutput output;
    private final RunningAgents agents;
    private final AgentStatus status = new AgentStatus(Clock.systemUTC());

    Foreground(AgentOutput output) {
        this.output = output;
        this.agents = new RunningAgents(output, status);
    }

    RunningAgents agents() {
        return agents;
    }

    /**
     * Blocks.
     *
     * @param statusAddress where the status page listens, if it shall
     * @return the exit code
     */
    int run(List<TunnelEntry> entries, String key, Optional<InetSocketAddress> statusAddress)
            throws CommandFailure, InterruptedException {
        try (var _ = statusPage(statusAddress)) {
            // SIGTERM and Ctrl-C: the hook lets running requests finish, and the process lives as long as the hook.
            Thread drain = new Thread(agents::close, "culvert-agent-drain");
            Runtime.getRuntime().addShutdownHook(drain);
            agents.apply(entries, key);
            AgentEnd end = agents.end().get();
            Runtime.getRuntime().removeShutdownHook(drain);
            agents.close();
            return end.reason().exitCode();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Agents end by their own word", e);
        }
    }

    private Page statusPage(Optional<InetSocketAddress> address) throws CommandFailure {
        if (address.isEmpty()) {
            return new Page(Optional.empty());
        }
        try {
            StatusServer server = StatusServer.start(status, address.get());
            String host = address.get().getAddress() instanceof Inet6Address
                    ? "[::1]"
                    : address.get().getHostString();
            output.say(Notice.STATUS_PAGE, "Status page: http://" + host + ":" + server.port() + "/");
            return new Page(Optional.of(server));
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "The status page cannot listen on " + address.get() + ": " + e.getMessage());
        }
    }

    /** The page, if there is one. */
    private record Page(Optional<StatusServer> server) implements AutoCloseable {
        @Override
        public void close() {
            server.ifPresent(StatusServer::close);
        }
    }
}
