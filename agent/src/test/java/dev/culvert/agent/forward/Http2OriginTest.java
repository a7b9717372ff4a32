package dev.culvert.agent.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.account.TestingCertificate;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("FutureReturnValueIgnored") // what comes of a handshake is waited for
class Http2OriginTest {
    @TempDir
    private Path folder;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final CompletableFuture<String> negotiated = new CompletableFuture<>();

    @AfterEach
    void stop() throws InterruptedException {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }

    private int serve(SslContext tls) throws InterruptedException {
        Channel listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler handler = tls.newHandler(channel.alloc());
                        channel.pipeline().addLast(handler);
                        handler.handshakeFuture().addListener(done -> {
                            if (done.isSuccess()) {
                                negotiated.complete(String.valueOf(handler.applicationProtocol()));
                            } else {
                                negotiated.completeExceptionally(done.cause());
                            }
                        });
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Test
    void trustsWhomTheTargetTrustsAndOffersHttp2Alone() throws Exception {
        TestingCertificate certificate = new TestingCertificate(folder, "service");
        int port = serve(SslContextBuilder.forServer(certificate.managers())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_1_1,
                        ApplicationProtocolNames.HTTP_2))
                .build());
        SslContext trust = SslContextBuilder.forClient()
                .trustManager((X509Certificate) certificate.keys().getCertificate("mykey"))
                .build();
        Target target = new Target("127.0.0.1", port, "127.0.0.1:" + port, trust, true, LocalRules.NONE);
        EventLoop loop = loops.next();

        loop.submit(() -> new Origins(target, loop).connect(true)).sync();

        assertThat(negotiated.get(30, TimeUnit.SECONDS)).isEqualTo(ApplicationProtocolNames.HTTP_2);
    }
}
