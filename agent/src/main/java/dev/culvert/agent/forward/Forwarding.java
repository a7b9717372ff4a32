package dev.culvert.agent.forward;

import dev.culvert.tunnelprotocol.MemoryBudget;
import dev.culvert.tunnelprotocol.WindowGrowth;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2StreamChannel;

/** Forwards the streams of one event loop to the target. */
public final class Forwarding {
    private final Origins origins;
    private final int windowBytes;
    private final MemoryBudget spareMemory;
    private final RequestListener listener;

    /**
     * @param windowBytes window each stream starts with
     * @param spareMemory of the whole agent, for streams that need more than that
     * @param listener told of each request, on the event loop
     */
    public Forwarding(
            Target target, EventLoop eventLoop, int windowBytes, MemoryBudget spareMemory, RequestListener listener) {
        this.origins = new Origins(target, eventLoop);
        this.windowBytes = windowBytes;
        this.spareMemory = spareMemory;
        this.listener = listener;
    }

    /** Handler of one stream, which expects the request's HEADERS first. */
    public ChannelHandler handlerFor(Channel stream) {
        WindowGrowth growth = new WindowGrowth((Http2StreamChannel) stream, windowBytes, spareMemory);
        return new ForwardedStream(stream, origins, growth, listener);
    }
}
