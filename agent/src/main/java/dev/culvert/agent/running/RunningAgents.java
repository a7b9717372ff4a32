package dev.culvert.agent.running;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentListener;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.forward.ForwardedRequest;
import dev.culvert.agent.status.AgentStatus;
import dev.culvert.agent.status.TunnelStatus;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The agents of one process, one for each endpoint it serves, over event loops they share. An agent whose entry changed is
 * replaced: the new one is connected first, then the old one finishes what runs.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Ends are heard of by their own callbacks
public final class RunningAgents implements AutoCloseable {
    private static final Duration HAND_OVER_WITHIN = Duration.ofSeconds(10);

    private final RunListener listener;
    private final AgentStatus status;
    private final EventLoopGroup eventLoops =
            Agent.eventLoops(Runtime.getRuntime().availableProcessors());
    private final ExecutorService closing = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Running> agents = new LinkedHashMap<>();
    private final CompletableFuture<AgentEnd> end = new CompletableFuture<>();
    private boolean closed;

    private record Running(TunnelEntry entry, String key, Agent agent) {
        boolean serves(TunnelEntry wanted, String wantedKey) {
            return entry.equals(wanted) && key.equals(wantedKey) && !agent.end().isDone();
        }
    }

    public RunningAgents(RunListener listener, AgentStatus status) {
        this.listener = listener;
        this.status = status;
    }

    /** What a change did, as labels of entries. */
    public record Change(List<String> started, List<String> replaced, List<String> ended, List<String> unchanged) {}

    /** Makes these, and no others, the tunnels that are served. Returns at once. */
    public synchronized Change apply(List<TunnelEntry> entries, String key) {
        Change change = new Change(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (closed) {
            return change;
        }
        Set<String> wanted = new HashSet<>();
        for (TunnelEntry entry : entries) {
            wanted.add(entry.label());
            Running before = agents.get(entry.label());
            if (before != null && before.serves(entry, key)) {
                change.unchanged().add(entry.label());
                continue;
            }
            Running now = start(entry, key);
            agents.put(entry.label(), now);
            if (before == null) {
                change.started().add(entry.label());
            } else {
                change.replaced().add(entry.label());
                closing.execute(() -> handOver(before.agent(), now.agent()));
            }
        }
        for (String tunnel : List.copyOf(agents.keySet())) {
            if (!wanted.contains(tunnel)) {
                Running gone = agents.remove(tunnel);
                status.remove(tunnel);
                change.ended().add(tunnel);
                if (gone != null) {
                    closing.execute(gone.agent()::close);
                }
            }
        }
        return change;
    }

    private Running start(TunnelEntry entry, String key) {
        listener.starting(entry);
        TunnelStatus counted = status.add(entry);
        Agent agent = Agent.start(entry.options(key), new Both(counted, listener.listener(entry.label())), eventLoops);
        counted.measuredBy(agent::roundTrips);
        Running running = new Running(entry, key, agent);
        agent.end().thenAccept(how -> {
            if (how.reason() != AgentEnd.Reason.CLOSED) {
                counted.ended(how);
                Thread.startVirtualThread(() -> onEnd(running, how));
            }
        });
        return running;
    }

    private static void handOver(Agent before, Agent now) {
        try {
            now.awaitConnected(HAND_OVER_WITHIN);
        } catch (IllegalStateException _) {
            // Told by its events; what the old one did is not wanted any more in any case.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        before.close();
    }

    private void onEnd(Running running, AgentEnd how) {
        listener.ended(running.entry(), how);
        // What other links of it still carry may finish; nothing new comes.
        running.agent().close();
        synchronized (this) {
            boolean others = agents.values().stream()
                    .anyMatch(other -> !other.agent().end().isDone());
            if (!others && !closed) {
                end.complete(how);
            }
        }
    }

    /** Completed when no agent is left, with why the last one ended. */
    public CompletableFuture<AgentEnd> end() {
        return end.copy();
    }

    /** Lets running requests finish, for at most the grace of each agent, and ends. Blocks. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            agents.values().forEach(running -> closing.execute(running.agent()::close));
        }
        closing.close();
        eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    /** Tells two. */
    private record Both(AgentListener first, AgentListener second) implements AgentListener {
        @Override
        public void onLink(LinkEvent event) {
            first.onLink(event);
            second.onLink(event);
        }

        @Override
        public void onRequestStarted() {
            first.onRequestStarted();
            second.onRequestStarted();
        }

        @Override
        public void onRequest(ForwardedRequest request) {
            first.onRequest(request);
            second.onRequest(request);
        }
    }
}
