package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.connect.Way;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What gRPC is made of, frame by frame, from a caller through gateway, tunnel-service and an agent to a local service: P2.9.2 with
 * the gateway on the way. The agent polls, so that R4.1e is seen through the gateway too.
 */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class Http2ThroughTheTunnelIT {
    private static final String TUNNEL = "rpc";
    private static final BlockingQueue<Stream> ACCEPTED = new LinkedBlockingQueue<>();

    private static EventLoopGroup loops;
    private static URI gateway;
    private static String key;
    private static Agent agent;
    private static Channel caller;

    @BeforeAll
    static void connect(RunningSuite suite) throws Exception {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        ACCEPTED.clear();
        gateway = suite.gateway();
        Person person = SharedSuite.newPerson(suite);
        key = person.createApiKey("tunnels:connect", "tunnels:use");
        person.createTunnel(TUNNEL);
        agent = Agent.start(AgentOptions.of(gateway.toString(), TUNNEL, "http://127.0.0.1:" + listen(), key)
                .withWay(new Way(Optional.of(Transport.POLLING), Optional.empty())));
        agent.awaitConnected(Duration.ofSeconds(30));
        caller = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(http2(Http2FrameCodecBuilder.forClient(), new ChannelInboundHandlerAdapter()))
                .connect(gateway.getHost(), gateway.getPort())
                .sync()
                .channel();
    }

    @AfterAll
    static void disconnect() {
        caller.close();
        agent.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void bothSidesTalkInTurnAndTrailersEndTheCall() throws Exception {
        Stream call = call("/echo.Echo/Both");
        Stream service = ACCEPTED.poll(30, TimeUnit.SECONDS);
        assertThat(service.next()).isEqualTo("HEADERS :path=/echo.Echo/Both te=trailers");
        service.headers(false, ":status", "200", "content-type", "application/grpc");
        assertThat(call.next()).isEqualTo("HEADERS :status=200");

        for (String word : new String[] {"one", "two", "three"}) {
            call.data(false, word);
            assertThat(service.next()).isEqualTo("DATA " + word);
            service.data(false, "heard " + word);
            assertThat(call.next()).isEqualTo("DATA heard " + word);
        }
        call.data(true, "");
        assertThat(service.next()).isEqualTo("DATA END");
        service.headers(true, "grpc-status", "0", "detail", "all");

        assertThat(call.next()).isEqualTo("HEADERS grpc-status=0 detail=all END");
    }

    @Test
    void anErrorWithoutMessageStaysOneFrame() throws Exception {
        Stream call = call("/echo.Echo/Fails");
        call.data(true, "x");
        Stream service = ACCEPTED.poll(30, TimeUnit.SECONDS);

        service.headers(true, ":status", "200", "content-type", "application/grpc", "grpc-status", "5");

        assertThat(call.next()).isEqualTo("HEADERS :status=200 grpc-status=5 END");
    }

    @Test
    void aCancelReachesTheService() throws Exception {
        Stream call = call("/echo.Echo/Endless");
        Stream service = ACCEPTED.poll(30, TimeUnit.SECONDS);
        assertThat(service.next()).startsWith("HEADERS");
        service.headers(false, ":status", "200", "content-type", "application/grpc");
        assertThat(call.next()).isEqualTo("HEADERS :status=200");

        call.channel
                .writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL))
                .sync();

        assertThat(service.next()).isEqualTo("RESET");
    }

    private static Stream call(String method) throws Exception {
        Stream stream = new Stream();
        new Http2StreamChannelBootstrap(caller).handler(stream).open().sync();
        stream.headers(
                false,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":authority",
                gateway.getAuthority(),
                ":path",
                SharedSuite.tunnel(gateway, TUNNEL, method).getPath(),
                "authorization",
                "Bearer " + key,
                "content-type",
                "application/grpc",
                "te",
                "trailers");
        return stream;
    }

    private static int listen() throws InterruptedException {
        Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(http2(Http2FrameCodecBuilder.forServer(), new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Stream stream = new Stream();
                        channel.pipeline().addLast(stream);
                        ACCEPTED.add(stream);
                    }
                }))
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static ChannelInitializer<Channel> http2(Http2FrameCodecBuilder codec, ChannelHandler streams) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(codec.build()).addLast(new Http2MultiplexHandler(streams));
            }
        };
    }

    /** One stream; what comes is put into a queue as text. */
    private static final class Stream extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        private volatile Channel channel;

        String next() throws InterruptedException {
            return frames.poll(30, TimeUnit.SECONDS);
        }

        void headers(boolean end, String... namesAndValues) throws InterruptedException {
            Http2Headers headers = new DefaultHttp2Headers();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                headers.add(namesAndValues[i], namesAndValues[i + 1]);
            }
            channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, end)).sync();
        }

        void data(boolean end, String text) throws InterruptedException {
            channel.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), end))
                    .sync();
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            channel = context.channel();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2HeadersFrame head) {
                StringBuilder text = new StringBuilder("HEADERS");
                for (String name : new String[] {":status", ":path", "te", "grpc-status", "detail"}) {
                    if (head.headers().contains(name)) {
                        text.append(' ')
                                .append(name)
                                .append('=')
                                .append(head.headers().get(name));
                    }
                }
                frames.add(text + (head.isEndStream() ? " END" : ""));
            } else if (frame instanceof Http2DataFrame data && (data.content().isReadable() || data.isEndStream())) {
                String text = data.content().toString(StandardCharsets.UTF_8);
                frames.add("DATA" + (text.isEmpty() ? "" : " " + text) + (data.isEndStream() ? " END" : ""));
            }
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame) {
                frames.add("RESET");
            }
            ReferenceCountUtil.release(event);
        }
    }
}
