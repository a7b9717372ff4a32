package dev.culvert.tunnelprotocol;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;

/**
 * Lets a stream hear of the loss of its link while it does not read: it would hear of it only behind what waits to be read, and a
 * local service that takes nothing would hold all of it for ever. On the event loop of the stream.
 */
public final class LinkLoss {
    private final Channel stream;
    private final ChannelFutureListener onLoss = _ -> readToTheEnd();
    private boolean watched;
    private boolean lost;

    /**
     * @param stream of a link
     */
    public LinkLoss(Channel stream) {
        this.stream = stream;
    }

    /** To be called by the reader after each batch it has written: stops reading while there is no room and a link. */
    public void pauseIfFull(Channel destination) {
        if (lost) {
            return;
        }
        BackPressure.pauseIfFull(stream, destination);
        if (!watched && !stream.config().isAutoRead()) {
            watched = true;
            stream.parent().closeFuture().addListener(onLoss);
        }
    }

    private void readToTheEnd() {
        lost = true;
        stream.config().setAutoRead(true);
    }

    /** The stream is over, or reads to its end. */
    public void forget() {
        if (watched) {
            stream.parent().closeFuture().removeListener(onLoss);
        }
    }
}
