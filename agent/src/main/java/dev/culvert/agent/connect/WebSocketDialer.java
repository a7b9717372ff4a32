package dev.culvert.agent.connect;

import dev.culvert.tunnelprotocol.MaskedFrameEncoder;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.URI;
import java.util.function.Consumer;

/** Makes one connection to the server and asks for the upgrade. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class WebSocketDialer {
    private static final int MAX_REFUSAL_BYTES = 64 * 1024;

    /** What the service sends is at most 32 KiB a frame; gateways on the way may join frames. */
    private static final int MAX_FRAME_BYTES = 1024 * 1024;

    private final Server server;
    private final Connector connector;
    private final String tunnel;
    private final String key;
    private final String userAgent;

    WebSocketDialer(Server server, Connector connector, String tunnel, String key, String userAgent) {
        this.server = server;
        this.connector = connector;
        this.tunnel = tunnel;
        this.key = key;
        this.userAgent = userAgent;
    }

    /** As {@link Dialer#dial}. */
    void dial(EventLoop eventLoop, String avoid, Consumer<Channel> upgraded, Consumer<DialFailure> failed) {
        HttpHeaders headers = new DefaultHttpHeaders()
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + key)
                .set(HttpHeaderNames.USER_AGENT, userAgent);
        Handshaker handshaker = new Handshaker(server.connectUri(tunnel, avoid), headers);
        connector
                .connect(eventLoop, MAX_REFUSAL_BYTES, new UpgradeHandler(handshaker, upgraded, failed))
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        failed.accept(connector.unreachable(connected.cause()));
                    }
                });
    }

    private static final class Handshaker extends WebSocketClientHandshaker13 {
        Handshaker(URI uri, HttpHeaders headers) {
            super(uri, WebSocketVersion.V13, TunnelProtocol.SUBPROTOCOL, false, headers, MAX_FRAME_BYTES);
        }

        @Override
        protected WebSocketFrameEncoder newWebSocketEncoder() {
            return new MaskedFrameEncoder();
        }
    }
}
