package dev.culvert.tunnel.ingress;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The threads of the data port. */
final class DataPortLoops {
    /**
     * How often the sides of a request may tell each other of an end before all know of it, with room to spare: a caller's
     * loop tells that of a link, the link's that of another replica's connection, and each closes a channel behind that.
     */
    private static final int ROUNDS_TO_SETTLE = 16;

    private static final Duration MOST_TO_SETTLE = Duration.ofSeconds(10);

    private final EventLoopGroup acceptor;
    private final EventLoopGroup workers;

    DataPortLoops(int workers) {
        // Without epoll the end of a caller whose upload is held back would show only when reading goes on.
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.acceptor = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("data-accept", true), io);
        this.workers = new MultiThreadIoEventLoopGroup(workers, new DefaultThreadFactory("data", true), io);
    }

    EventLoopGroup acceptor() {
        return acceptor;
    }

    EventLoopGroup workers() {
        return workers;
    }

    /**
     * Ends the threads once the connections that were cut off have told each other across loops. No time is given for that but
     * turns: what is told to a loop that has ended is lost with its buffers, and a busy machine can be late by any time. Blocks.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the acceptor has nothing left to say
    void stop() throws InterruptedException {
        long deadline = System.nanoTime() + MOST_TO_SETTLE.toNanos();
        for (int round = 0; round < ROUNDS_TO_SETTLE; round++) {
            List<Future<?>> turns = new ArrayList<>();
            workers.forEach(loop -> turns.add(loop.submit(() -> {})));
            for (Future<?> turn : turns) {
                turn.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        }
        acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        workers.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }
}
