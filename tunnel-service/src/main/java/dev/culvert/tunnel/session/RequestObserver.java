package dev.culvert.tunnel.session;

import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.UUID;

/**
 * Follows one request through a tunnel. Called on event loops, in the order of what happens: what comes from the caller on
 * the loop of its connection, what comes from the agent on that of the link, and the end on either of them, while the other
 * may still be telling. Must return at once, and never block, throw, or keep a buffer.
 */
@FunctionalInterface
public interface RequestObserver {
    /** A stream to an agent is open and the head of the request is on its way. */
    default void opened(UUID sessionId) {}

    /** Body bytes of the caller. Only to be read, by index, during the call. */
    default void requestBytes(ByteBuf bytes) {}

    /** The local service answers. The headers are only to be read. */
    default void answerHead(int status, HttpHeaders headers) {}

    /** Body bytes of the local service. Only to be read, by index, during the call. */
    default void answerBytes(ByteBuf bytes) {}

    /** It is over; called once. */
    void ended(Traffic traffic);
}
