package dev.culvert.agent.forward;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/** Forwards the streams of one event loop to the target. */
public final class Forwarding {
    private final Origins origins;
    private final Consumer<ForwardedRequest> listener;

    /**
     * @param listener told of each request when it is over, on the event loop; it must not block
     */
    public Forwarding(Target target, EventLoop eventLoop, Consumer<ForwardedRequest> listener) {
        this.origins = new Origins(target, eventLoop);
        this.listener = listener;
    }

    /** Handler of one stream, which expects the request's HEADERS first. */
    public ChannelHandler handlerFor(Channel stream) {
        return new ForwardedStream(stream, origins, listener);
    }
}
