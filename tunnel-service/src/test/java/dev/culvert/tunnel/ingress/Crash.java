package dev.culvert.tunnel.ingress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;

/**
 * The end of a data port in the middle of everything: its connections are reset, and nothing is said to anybody any more. Its
 * handlers hear of that, so that they give their buffers back, which a process that is killed need not.
 */
final class Crash {
    private Crash() {}

    /** Blocks until its threads have ended. */
    static void of(DataPortServer server) throws InterruptedException {
        server.cutOff().stream()
                .map(connection -> connection.eventLoop().submit(() -> mute(connection)))
                .toList()
                .forEach(Future::awaitUninterruptibly);
        server.end();
    }

    /** However it is closed from now on, the other side sees a reset. */
    private static void mute(Channel connection) {
        connection.config().setOption(ChannelOption.SO_LINGER, 0);
        connection.pipeline().addFirst(new Mute());
    }

    /** Takes what is said as a system does that is about to lose its power. */
    private static final class Mute extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
            promise.trySuccess();
        }
    }
}
