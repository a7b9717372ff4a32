package dev.culvert.gateway.protocol;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;

/** What the gateway adds to the connections of clients. Called on the event loop of the connection. */
public interface ConnectionPart {
    /**
     * A connection speaks HTTP/1.1; nothing of it has been read yet.
     *
     * @param codec name of the handler that turns bytes into requests
     * @param requests name of the handler that lets requests through one after the other
     */
    void onHttp1(ChannelPipeline pipeline, String codec, String requests);

    /**
     * A request of HTTP/2 has begun on a stream of its own.
     *
     * @param requests name of the handler that the request came from
     */
    default void onHttp2(Channel stream, String requests) {}
}
