package dev.culvert.agent;

import dev.culvert.agent.connect.AgentConnections;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.forward.ForwardedRequest;
import dev.culvert.agent.forward.RequestListener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A running agent. It keeps its links up by itself until it is closed or the server says that trying on is of no use.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
public final class Agent implements AutoCloseable {
    private final AgentOptions options;
    private final AgentListener listener;
    private final EventLoopGroup eventLoops;
    private final boolean ownEventLoops;
    private final AgentConnections connections;
    private final Set<Integer> connected = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> firstConnection = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CompletableFuture<AgentEnd> end = new CompletableFuture<>();

    private Agent(AgentOptions options, AgentListener listener, EventLoopGroup eventLoops, boolean ownEventLoops) {
        this.options = options;
        this.listener = listener;
        this.eventLoops = eventLoops;
        this.ownEventLoops = ownEventLoops;
        this.connections = new AgentConnections(
                eventLoops,
                options.server(),
                options.way(),
                options.tunnel(),
                options.endpoint(),
                options.key(),
                version(),
                options.connections(),
                options.link(),
                options.target(),
                this::onLink,
                new RequestListener() {
                    @Override
                    public void started() {
                        listener.onRequestStarted();
                    }

                    @Override
                    public void ended(ForwardedRequest request) {
                        listener.onRequest(request);
                    }
                },
                end::complete);
    }

    /** Starts to connect and returns at once. */
    public static Agent start(AgentOptions options, AgentListener listener) {
        return new Agent(options, listener, eventLoops(options.connections()), true);
    }

    /** Starts to connect over event loops that several agents share; whoever made them ends them. */
    public static Agent start(AgentOptions options, AgentListener listener, EventLoopGroup eventLoops) {
        return new Agent(options, listener, eventLoops, false);
    }

    /** Event loops for that many connections, or for as many as the machine can serve at once. */
    public static EventLoopGroup eventLoops(int connections) {
        int threads = Math.min(
                AgentConnections.most(connections), Runtime.getRuntime().availableProcessors());
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("culvert-agent", true), NioIoHandler.newFactory());
    }

    /** Starts to connect and returns at once. */
    public static Agent start(AgentOptions options) {
        return start(options, new AgentListener() {});
    }

    /** Version of this build. */
    public static String version() {
        String version = Agent.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /**
     * Waits until requests can come.
     *
     * @throws IllegalStateException if the agent ended, or the time ran out, before the first link was up
     */
    public void awaitConnected(Duration atMost) throws InterruptedException {
        try {
            CompletableFuture.anyOf(firstConnection, end).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The agent was not connected within " + atMost, e);
        }
        if (!firstConnection.isDone()) {
            throw new IllegalStateException("The agent ended: " + end.getNow(new AgentEnd(AgentEnd.Reason.CLOSED, "")));
        }
    }

    /** Links that are up. */
    public int connectionsUp() {
        return connected.size();
    }

    /** How long each link that is up took to answer its last PING. */
    public List<Duration> roundTrips() {
        return connections.roundTrips();
    }

    /** Completed when the agent ends, by itself or by {@link #close()}. */
    public CompletableFuture<AgentEnd> end() {
        return end.copy();
    }

    private void onLink(LinkEvent event) {
        switch (event) {
            case LinkEvent.Connected up -> {
                connected.add(up.connection());
                firstConnection.complete(null);
            }
            case LinkEvent.Disconnected down -> connected.remove(down.connection());
            case LinkEvent.Replacing replacing -> connected.remove(replacing.connection());
            case LinkEvent.Retrying _ -> {}
        }
        listener.onLink(event);
    }

    /** Lets running requests finish, for at most {@link AgentOptions#drainGrace()}, and ends. Blocks. */
    @Override
    public void close() {
        if (ended.getAndSet(true)) {
            return;
        }
        connections.drain(options.drainGrace());
        if (ownEventLoops) {
            eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
        end.complete(new AgentEnd(AgentEnd.Reason.CLOSED, ""));
    }

    /** Ends in the middle of everything, as a crash would. Does not block. */
    public void kill() {
        if (eventLoops.isShuttingDown()) {
            return;
        }
        ended.set(true);
        connections.abort();
        if (ownEventLoops) {
            eventLoops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
        end.complete(new AgentEnd(AgentEnd.Reason.CLOSED, ""));
    }
}
