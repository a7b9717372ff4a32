package dev.culvert.agent.connect;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Makes connections to the server, through the proxy if there is one, with TLS if the server has it. */
final class Connector {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    private final Server server;
    private final Optional<HttpProxy> proxy;

    Connector(Server server, Optional<HttpProxy> proxy) {
        this.server = server;
        this.proxy = proxy;
    }

    /**
     * Connects; HTTP/1.1 is spoken, and answers come whole.
     *
     * @param last gets the answers
     */
    ChannelFuture connect(EventLoop eventLoop, int maxAnswerBytes, ChannelHandler last) {
        Bootstrap bootstrap = new Bootstrap()
                .group(eventLoop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        proxy.ifPresent(way -> channel.pipeline().addLast("proxy", handler(way)));
                        if (server.tls() != null) {
                            channel.pipeline()
                                    .addLast(
                                            "tls",
                                            server.tls().newHandler(channel.alloc(), server.host(), server.port()));
                        }
                        channel.pipeline().addLast("http", new HttpClientCodec());
                        channel.pipeline().addLast("whole", new HttpObjectAggregator(maxAnswerBytes));
                        channel.pipeline().addLast("last", last);
                    }
                });
        if (proxy.isPresent()) {
            bootstrap.resolver(NoopAddressResolverGroup.INSTANCE); // whoever needs a proxy may know no outside names
            return bootstrap.connect(InetSocketAddress.createUnresolved(server.host(), server.port()));
        }
        return bootstrap.connect(server.host(), server.port());
    }

    private static ProxyHandler handler(HttpProxy proxy) {
        InetSocketAddress address = new InetSocketAddress(proxy.host(), proxy.port());
        ProxyHandler handler = proxy.user().isEmpty()
                ? new HttpProxyHandler(address)
                : new HttpProxyHandler(address, proxy.user(), proxy.password());
        handler.setConnectTimeoutMillis(CONNECT_TIMEOUT_MILLIS);
        return handler;
    }

    /** Why a connection could not be made. */
    DialFailure unreachable(Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String through = proxy.map(way -> " through the proxy " + way).orElse("");
        return new DialFailure.Unreachable("cannot reach " + server.base() + through + ": " + message);
    }
}
