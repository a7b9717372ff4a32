package dev.culvert.tunnelprotocol;

import io.netty.channel.Channel;

/**
 * Ends a channel as if its connection had broken: its handlers, which might have something to say first or wait for an answer,
 * hear of it when it is done.
 */
public final class ForcedEnd {
    private ForcedEnd() {}

    /** Soon, on the channel's event loop. */
    public static void of(Channel channel) {
        channel.eventLoop().execute(() -> channel.unsafe().close(channel.voidPromise()));
    }
}
