package dev.culvert.tunnel.peer;

import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnel.peer.PeerPass.Issued;
import dev.culvert.tunnelprotocol.CloseReason;
import dev.culvert.tunnelprotocol.Link;
import dev.culvert.tunnelprotocol.LinkListener;
import dev.culvert.tunnelprotocol.LinkSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lasting connection to one other replica: dialled with the first request, used by all that follow, dialled again after
 * its end. All of its state lives on one event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class PeerLink implements LinkListener {
    private static final Logger log = LoggerFactory.getLogger(PeerLink.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration UPGRADE_TIMEOUT = Duration.ofSeconds(3);

    /** Requests of this time after a failure do not wait for another one. */
    private static final Duration REST = Duration.ofMillis(500);

    private static final int MAX_REFUSAL_BYTES = 16 * 1024;

    private final Member member;
    private final InetSocketAddress address;
    private final PeerPass pass;
    private final LinkSettings settings;
    private final EventLoop eventLoop;
    private final Class<? extends SocketChannel> socket;
    private final ChannelGroup connections;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable Link link;
    private @Nullable Link greeting;
    private boolean dialling;
    private boolean closed;
    private long restUntilNanos = System.nanoTime();

    private record Waiting(ChannelHandler handler, Promise<Http2StreamChannel> opened) {}

    PeerLink(
            Member member,
            PeerPass pass,
            LinkSettings settings,
            EventLoop eventLoop,
            Class<? extends SocketChannel> socket,
            ChannelGroup connections) {
        this.member = member;
        this.address = address(member.address());
        this.pass = pass;
        this.settings = settings;
        this.eventLoop = eventLoop;
        this.socket = socket;
        this.connections = connections;
    }

    private static InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        String host = hostAndPort.substring(0, colon).replaceAll("[\\[\\]]", "");
        return InetSocketAddress.createUnresolved(host, Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    /** Whether this is still the process that is meant. */
    boolean leadsTo(Member other) {
        return member.incarnation().equals(other.incarnation())
                && member.address().equals(other.address());
    }

    /** Opens a stream; fails when there is no connection, and then nothing was sent. */
    Future<Http2StreamChannel> open(ChannelHandler handler) {
        Promise<Http2StreamChannel> opened = eventLoop.newPromise();
        eventLoop.execute(() -> openNow(handler, opened));
        return opened;
    }

    private void openNow(ChannelHandler handler, Promise<Http2StreamChannel> opened) {
        Link open = link;
        if (open != null && open.usable() && !open.suspect()) {
            passOn(open, new Waiting(handler, opened));
        } else if (open != null && open.usable()) {
            opened.setFailure(new ConnectException("Replica " + member.name() + " does not answer"));
        } else if (dialling) {
            waiting.add(new Waiting(handler, opened));
        } else if (closed || System.nanoTime() - restUntilNanos < 0) {
            opened.setFailure(new ConnectException("No connection to replica " + member.name()));
        } else {
            waiting.add(new Waiting(handler, opened));
            dial();
        }
    }

    private static void passOn(Link open, Waiting request) {
        open.open(request.handler()).addListener(stream -> {
            if (stream.isSuccess()) {
                request.opened().setSuccess((Http2StreamChannel) stream.getNow());
            } else {
                request.opened().setFailure(stream.cause());
            }
        });
    }

    private void dial() {
        dialling = true;
        Issued issued = pass.issue(member.name());
        new Bootstrap()
                .group(eventLoop)
                .channel(socket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(CONNECT_TIMEOUT.toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(MAX_REFUSAL_BYTES))
                                .addLast(new Upgrade(issued));
                    }
                })
                .connect(address)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        failed(String.valueOf(connected.cause().getMessage()));
                    }
                });
    }

    private void failed(String why) {
        dialling = false;
        restUntilNanos = System.nanoTime() + REST.toNanos();
        log.atWarn()
                .addKeyValue("culvert.replica", member.name())
                .addKeyValue("reason", why)
                .log("No connection to another replica");
        failWaiting();
    }

    private void failWaiting() {
        Waiting request;
        while ((request = waiting.poll()) != null) {
            request.opened().setFailure(new ConnectException("No connection to replica " + member.name()));
        }
    }

    @Override
    public void onReady(Link ready) {
        dialling = false;
        greeting = null;
        link = ready;
        Waiting request;
        while ((request = waiting.poll()) != null) {
            passOn(ready, request);
        }
        if (closed) {
            ready.drain(CloseReason.DRAINING);
        }
    }

    @Override
    public void onClosed(Link ended, LinkEnd end) {
        if (link == ended) {
            link = null;
        } else if (greeting == ended) {
            greeting = null;
            failed("closed before it was ready");
        }
        // Else it is one that drained, and another has taken its place or is about to.
    }

    /** Dials no more, and ends the connection behind what runs on it. */
    void retire() {
        eventLoop.execute(() -> {
            closed = true;
            Link open = link;
            if (open != null) {
                open.drain(CloseReason.DRAINING);
            }
        });
    }

    /** Ends the connection with everything on it. */
    void close() {
        eventLoop.execute(() -> {
            closed = true;
            Link open = link;
            if (open != null) {
                open.close(CloseReason.DRAINING);
            }
            failWaiting();
        });
    }

    /** Asks for the upgrade, and leaves the pipeline to the link once the other side has proven who it is. */
    private final class Upgrade extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final Issued issued;
        private boolean decided;

        Upgrade(Issued issued) {
            this.issued = issued;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            FullHttpRequest request = PeerGate.question(member.address(), issued);
            request.headers()
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                    .set(HttpHeaderNames.UPGRADE, PeerProtocol.UPGRADE);
            ctx.writeAndFlush(request);
            ctx.executor()
                    .schedule(() -> fail(ctx, "no answer in time"), UPGRADE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse answer) {
            if (!answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
                fail(ctx, "it answered " + answer.status().code());
            } else if (!issued.isProvenBy(answer)) {
                fail(ctx, "what answers is no replica of this installation");
            } else {
                decided = true;
                become(ctx);
            }
        }

        /** The codec goes last and passes on what it has read behind the answer. */
        private void become(ChannelHandlerContext ctx) {
            ChannelHandlerContext http = ctx.pipeline().context(HttpClientCodec.class);
            HttpClientCodec codec = (HttpClientCodec) http.handler();
            codec.prepareUpgradeFrom(http);
            greeting = Link.asPeerClient(ctx.channel(), settings, PeerLink.this);
            ctx.pipeline().remove(HttpObjectAggregator.class);
            ctx.pipeline().remove(this);
            codec.upgradeFrom(http);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(ctx, "it closed the connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(ctx, String.valueOf(cause.getMessage()));
        }

        private void fail(ChannelHandlerContext ctx, String why) {
            if (!decided) {
                decided = true;
                ctx.close();
                failed(why);
            }
        }
    }
}
