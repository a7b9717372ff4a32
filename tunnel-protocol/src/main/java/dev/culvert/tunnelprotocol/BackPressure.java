package dev.culvert.tunnelprotocol;

import io.netty.channel.Channel;

/**
 * Couples reading from one channel to room in another, which may live on different event loops: whoever reads pauses
 * itself when the other side is full, and the other side's {@code channelWritabilityChanged} resumes it.
 */
public final class BackPressure {
    private BackPressure() {}

    /** To be called by the reader after each batch it has written. */
    public static void pauseIfFull(Channel source, Channel destination) {
        if (!destination.isWritable()) {
            source.config().setAutoRead(false);
            // The destination may have emptied, and told so, between the two lines above.
            if (destination.isWritable()) {
                source.config().setAutoRead(true);
            }
        }
    }

    /** To be called by the destination when its writability changed. */
    public static void resumeIfRoom(Channel source, Channel destination) {
        if (destination.isWritable()) {
            source.config().setAutoRead(true);
        }
    }
}
