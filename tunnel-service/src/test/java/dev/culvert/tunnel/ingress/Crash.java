package dev.culvert.tunnel.ingress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.function.Consumer;

/**
 * The end of a data port in the middle of everything: its connections are reset. Only when nothing can be said to anybody any
 * more are their handlers told, so that they give their buffers back, which a process that is killed need not.
 */
final class Crash {
    private Crash() {}

    /** Blocks until its threads have ended. */
    static void of(DataPortServer server) throws InterruptedException {
        List<Channel> broken = server.cutOff();
        onLoops(broken, Crash::reset);
        onLoops(broken, connection -> connection.pipeline().fireChannelInactive());
        server.end();
    }

    /** On all of them at the same time. Blocks. */
    private static void onLoops(List<Channel> connections, Consumer<Channel> task) {
        connections.stream()
                .map(connection -> connection.eventLoop().submit(() -> task.accept(connection)))
                .toList()
                .forEach(Future::awaitUninterruptibly);
    }

    private static void reset(Channel connection) {
        connection.config().setOption(ChannelOption.SO_LINGER, 0);
        connection.unsafe().closeForcibly();
    }
}
