package dev.culvert.agent;

import dev.culvert.agent.connect.AgentConnections;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.forward.ForwardedRequest;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
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
    private final AgentConnections connections;
    private final Set<Integer> connected = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> firstConnection = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CompletableFuture<AgentEnd> end = new CompletableFuture<>();

    private Agent(AgentOptions options, AgentListener listener) {
        this.options = options;
        this.listener = listener;
        int threads = Math.min(
                AgentConnections.most(options.connections()),
                Runtime.getRuntime().availableProcessors());
        this.eventLoops = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("culvert-agent", true), NioIoHandler.newFactory());
        this.connections = new AgentConnections(
                eventLoops,
                options.server(),
                options.tunnel(),
                options.key(),
                version(),
                options.connections(),
                options.link(),
                options.target(),
                this::onLink,
                this::onRequest,
                end::complete);
    }

    /** Starts to connect and returns at once. */
    public static Agent start(AgentOptions options, AgentListener listener) {
        return new Agent(options, listener);
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

    private void onRequest(ForwardedRequest request) {
        listener.onRequest(request);
    }

    /** Lets running requests finish, for at most {@link AgentOptions#drainGrace()}, and ends. Blocks. */
    @Override
    public void close() {
        if (ended.getAndSet(true)) {
            return;
        }
        connections.drain(options.drainGrace());
        eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        end.complete(new AgentEnd(AgentEnd.Reason.CLOSED, ""));
    }

    /** Ends in the middle of everything, as a crash would. Does not block. */
    public void kill() {
        if (eventLoops.isShuttingDown()) {
            return;
        }
        ended.set(true);
        connections.abort();
        eventLoops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        end.complete(new AgentEnd(AgentEnd.Reason.CLOSED, ""));
    }
}
