package dev.culvert.agent.connect;

import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.util.function.Consumer;

/** Makes one connection to the server and asks for the upgrade. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class Dialer {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final int MAX_REFUSAL_BYTES = 64 * 1024;

    /** What the service sends is at most 32 KiB a frame; gateways on the way may join frames. */
    private static final int MAX_FRAME_BYTES = 1024 * 1024;

    private final Server server;
    private final String tunnel;
    private final String key;
    private final String userAgent;

    Dialer(Server server, String tunnel, String key, String userAgent) {
        this.server = server;
        this.tunnel = tunnel;
        this.key = key;
        this.userAgent = userAgent;
    }

    /**
     * Dials; exactly one of the two is called, on the event loop.
     *
     * @param avoid replicas that a link leads to already, separated by commas
     * @param upgraded gets the channel in the moment of the upgrade, before a byte behind it is read
     */
    void dial(EventLoop eventLoop, String avoid, Consumer<Channel> upgraded, Consumer<DialFailure> failed) {
        HttpHeaders headers = new DefaultHttpHeaders()
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + key)
                .set(HttpHeaderNames.USER_AGENT, userAgent);
        WebSocketClientHandshaker handshaker = WebSocketClientHandshakerFactory.newHandshaker(
                server.connectUri(tunnel, avoid),
                WebSocketVersion.V13,
                TunnelProtocol.SUBPROTOCOL,
                false,
                headers,
                MAX_FRAME_BYTES);
        new Bootstrap()
                .group(eventLoop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (server.tls() != null) {
                            channel.pipeline()
                                    .addLast(
                                            "tls",
                                            server.tls().newHandler(channel.alloc(), server.host(), server.port()));
                        }
                        channel.pipeline().addLast("http", new HttpClientCodec());
                        channel.pipeline().addLast("whole", new HttpObjectAggregator(MAX_REFUSAL_BYTES));
                        channel.pipeline().addLast("upgrade", new UpgradeHandler(handshaker, upgraded, failed));
                    }
                })
                .connect(server.host(), server.port())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        failed.accept(new DialFailure.Unreachable(describe(connected.cause())));
                    }
                });
    }

    private String describe(Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return "cannot reach " + server.base() + ": " + message;
    }
}
