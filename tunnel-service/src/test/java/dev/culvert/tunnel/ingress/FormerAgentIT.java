package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.tunnelprotocol.Link;
import dev.culvert.tunnelprotocol.LinkListener;
import dev.culvert.tunnelprotocol.LinkSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * P2.9.6: an agent of the first version. It asks for a WebSocket without a word on replicas, knows of no polling, says hello with
 * the three members there were, and puts nothing into its answers but what the local service says.
 */
class FormerAgentIT {
    private static final String HELLO = "{\"version\":\"0.0.1\",\"instance\":\"first\",\"connection\":0}\n";

    private final EventLoopGroup eventLoops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private TestingDataPlane plane;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        plane.tunnel("box");
    }

    @AfterEach
    void stop() throws Exception {
        eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        plane.close();
    }

    @Test
    void connectsAndServesAsItDid() throws Exception {
        WebSocketClientHandshaker handshaker = WebSocketClientHandshakerFactory.newHandshaker(
                URI.create("ws://127.0.0.1:" + plane.port.port() + "/tunnel/v1/connect?tunnel=box"),
                WebSocketVersion.V13,
                "culvert.h2.v1",
                false,
                new DefaultHttpHeaders().set("Authorization", "Bearer " + TestingDataPlane.TOKEN),
                1024 * 1024);
        new Bootstrap()
                .group(eventLoops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast("http", new HttpClientCodec())
                                .addLast("whole", new HttpObjectAggregator(64 * 1024))
                                .addLast("upgrade", new Upgrade(handshaker));
                    }
                })
                .connect("127.0.0.1", plane.port.port())
                .syncUninterruptibly();
        await().until(() -> plane.registry.connections() == 1);

        HttpResponse<String> answer =
                plane.client.send(plane.request("/t/box/some/path").build(), BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("served /some/path");
    }

    private static final class Upgrade extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final WebSocketClientHandshaker handshaker;

        Upgrade(WebSocketClientHandshaker handshaker) {
            this.handshaker = handshaker;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored")
        public void channelActive(ChannelHandlerContext context) {
            handshaker.handshake(context.channel());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
            handshaker.finishHandshake(context.channel(), answer);
            context.pipeline().remove(this);
            Link.asAgent(
                    context.channel(), LinkSettings.DEFAULTS, new LinkListener() {}, new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel stream) {
                            stream.pipeline().addLast(new Stream());
                        }
                    });
        }
    }

    private static final class Stream extends ChannelInboundHandlerAdapter {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored")
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof Http2HeadersFrame head) {
                boolean control = head.headers().contains(":protocol");
                String body = control ? HELLO : "served " + head.headers().path();
                ByteBuf bytes = Unpooled.copiedBuffer(body, StandardCharsets.US_ASCII);
                context.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
                context.writeAndFlush(new DefaultHttp2DataFrame(bytes, !control));
            }
            ReferenceCountUtil.release(message);
        }
    }
}
