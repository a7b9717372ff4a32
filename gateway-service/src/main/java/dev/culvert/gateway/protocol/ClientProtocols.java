package dev.culvert.gateway.protocol;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.util.unit.DataSize;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * HTTP/1.1 and HTTP/2 on one port: by ALPN where the gateway has TLS, by the first bytes where it has not. Against clients that mean
 * harm HTTP/2 has the limits set here and those of Netty's codec: 200 resets in 30 s (CVE-2023-44487), as many that a client
 * provokes, 16 small CONTINUATION frames, two empty frames in a row and 10,000 answers to PING and SETTINGS that are not read.
 */
public final class ClientProtocols implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory>, Ordered {
    private final List<ConnectionPart> parts;
    private final Http2Properties properties;
    private final Duration headTime;
    private final DataSize maxHeaders;

    /**
     * @param parts added to each connection
     * @param headTime longest time from the beginning to the end of a request's headers
     * @param maxHeaders largest headers that are read; RFC 9113 §6.5.2 counts 32 bytes for each besides name and value
     */
    public ClientProtocols(
            List<ConnectionPart> parts, Http2Properties properties, Duration headTime, DataSize maxHeaders) {
        this.parts = List.copyOf(parts);
        this.properties = properties;
        this.headTime = headTime;
        this.maxHeaders = maxHeaders;
    }

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        factory.addServerCustomizers(this::apply);
    }

    /** Behind Spring Boot's own, which sets HTTP/2 anew. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    private HttpServer apply(HttpServer server) {
        return server.http2Settings(settings -> settings.maxConcurrentStreams(properties.maxStreams())
                        .initialWindowSize(
                                Math.toIntExact(properties.streamWindow().toBytes()))
                        .maxHeaderListSize(maxHeaders.toBytes()))
                .doOnChannelInit((_, channel, _) -> begin(channel.pipeline()))
                .childObserve(this::observe);
    }

    private void begin(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.H2CUpgradeHandler) != null) {
            pipeline.addBefore(NettyPipeline.H2CUpgradeHandler, "culvert.firstBytes", new FirstBytes(this, headTime));
        } else if (pipeline.get(NettyPipeline.H2OrHttp11Codec) != null) {
            pipeline.addBefore(NettyPipeline.H2OrHttp11Codec, "culvert.negotiated", new Negotiated(this));
        } else {
            http1(pipeline, NettyPipeline.HttpCodec); // HTTP/2 is switched off
        }
    }

    void http1(ChannelPipeline pipeline, String codec) {
        parts.forEach(part -> part.onHttp1(pipeline, codec, NettyPipeline.HttpTrafficHandler));
    }

    /**
     * The server has made the pipeline of HTTP/2.
     *
     * @param unread how much of the preface is still to come
     */
    void http2(Channel connection, int unread) {
        Http2FrameCodec codec = connection.pipeline().get(Http2FrameCodec.class);
        connection
                .pipeline()
                .addBefore(
                        connection.pipeline().context(codec).name(),
                        "culvert.slowHeaders",
                        new SlowHeaders(headTime, unread));
        Http2Windows.open(connection, properties.connectionWindow().toBytes() - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
    }

    /** Streams have no other hook that comes before their request is looked at. */
    private void observe(Connection request, ConnectionObserver.State state) {
        if (ConnectionObserver.State.CONFIGURED.equals(state)
                && request.channel() instanceof Http2StreamChannel stream) {
            parts.forEach(part -> part.onHttp2(stream, NettyPipeline.HttpTrafficHandler));
        }
    }
}
