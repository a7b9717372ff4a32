package dev.culvert.tunnel.ingress;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The threads of the data port. */
final class DataPortLoops {
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

    /** Blocks until the connections that were cut off have told each other across loops. */
    @SuppressWarnings("FutureReturnValueIgnored") // the acceptor has nothing left to say
    void stop() throws InterruptedException {
        acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        workers.shutdownGracefully(200, 2000, TimeUnit.MILLISECONDS).await(5, TimeUnit.SECONDS);
    }

    /**
     * Returns at once; connections that are broken still tell each other across loops, for as long as that may take on a busy
     * machine: what is told to a loop that has ended is lost with its buffers.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of a crash
    void stopAtOnce() {
        acceptor.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        workers.shutdownGracefully(1, 10, TimeUnit.SECONDS);
    }
}
