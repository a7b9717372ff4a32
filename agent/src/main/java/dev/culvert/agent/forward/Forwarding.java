package dev.culvert.agent.forward;

import dev.culvert.tunnelprotocol.MemoryBudget;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import dev.culvert.tunnelprotocol.WindowGrowth;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;

/** Forwards the streams of one event loop to the target. */
public final class Forwarding {
    private final Origins origins;
    private final int windowBytes;
    private final MemoryBudget spareMemory;
    private final RequestListener listener;
    private final KeptAnswers kept;

    /**
     * @param windowBytes window each stream starts with
     * @param spareMemory of the whole agent, for streams that need more than that
     * @param listener told of each request, on the event loop
     * @param kept of the whole agent: answers that any of its links can go on with
     */
    public Forwarding(
            Target target,
            EventLoop eventLoop,
            int windowBytes,
            MemoryBudget spareMemory,
            RequestListener listener,
            KeptAnswers kept) {
        this.origins = new Origins(target, eventLoop);
        this.windowBytes = windowBytes;
        this.spareMemory = spareMemory;
        this.listener = listener;
        this.kept = kept;
    }

    /** Handler of one stream, which is to get the first frame as well. */
    public ChannelHandler handlerFor(Channel stream, Http2HeadersFrame first) {
        WindowGrowth growth = new WindowGrowth((Http2StreamChannel) stream, windowBytes, spareMemory);
        return first.headers().contains(TunnelProtocol.RESUME_FROM_HEADER)
                ? new ResumedStream(kept, growth)
                : new ForwardedStream(stream, origins, growth, listener, kept);
    }
}
