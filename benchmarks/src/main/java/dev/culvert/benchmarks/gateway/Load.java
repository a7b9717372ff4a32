package dev.culvert.benchmarks.gateway;

import dev.culvert.benchmarks.Timings;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Callers on kept-alive HTTP/1.1 connections, each of which sends its next request when it has the answer to the last one, or at a
 * pace: then a request that could not be sent when it was due, because the one before had no answer yet, counts from when it was due.
 * One thread drives all of them, and everything below is touched by it alone.
 */
public final class Load {
    /** Connections that are opened at one moment, and the pause after them: the other side's queue of new ones is short. */
    private static final int OPENED_AT_ONCE = 200;

    private static final Duration PAUSE = Duration.ofMillis(50);

    /** How long an answer may take beyond the end. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(30);

    private static final int GOOD = 200;

    private final URI address;
    private final long span;
    private final long between;
    private final CountDownLatch open;
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private final int[] goodPerSecond;
    private long[] goodNanos = new long[1 << 12];
    private int good;
    private int broken;
    private long start;

    private Load(URI address, int connections, Duration span, Duration between) {
        this.address = address;
        this.span = span.toNanos();
        this.between = between.toNanos();
        this.open = new CountDownLatch(connections);
        this.goodPerSecond = new int[(int) span.toSeconds() + 1];
    }

    /**
     * What came back.
     *
     * @param timings of the answers with status 200
     * @param goodInSecond how many of them came in each second
     * @param statuses how many answers of each status
     * @param broken connections that ended before an answer
     * @param unanswered requests that still wait half a minute after the end
     */
    public record Result(
            Timings timings,
            List<Integer> goodInSecond,
            Map<Integer, Integer> statuses,
            int broken,
            long unanswered,
            Duration span) {

        /** Answers with status 200. */
        public double perSecond() {
            return timings.perSecond(span);
        }

        /** What did not go well, for a line below the table; empty when all did. */
        public String failures() {
            Map<Integer, Integer> others = new TreeMap<>(statuses);
            others.remove(GOOD);
            return others.isEmpty() && broken == 0 && unanswered == 0
                    ? ""
                    : "other statuses " + others + ", broken off " + broken + ", unanswered " + unanswered;
        }
    }

    /**
     * Opens all connections first, then lets each send until the time is over; with no time at all each sends once.
     *
     * @param requests heads of requests without body; the connections take them in turn
     */
    public static Result run(URI address, List<String> requests, int connections, Duration span)
            throws InterruptedException {
        return paced(address, requests, connections, span, Duration.ZERO);
    }

    /**
     * The same at a pace.
     *
     * @param between from one request of a connection to its next one; the connections are spread evenly over it
     */
    static Result paced(URI address, List<String> requests, int connections, Duration span, Duration between)
            throws InterruptedException {
        EventLoopGroup thread = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Load load = new Load(address, connections, span, between);
            List<Channel> channels = load.connect(thread, requests, connections);
            thread.next().submit(() -> load.begin(channels)).sync();
            boolean all = load.open.await(load.span + LAST_ANSWERS.toNanos(), TimeUnit.NANOSECONDS);
            return thread.next()
                    .submit(() -> load.result(all ? 0 : load.open.getCount()))
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The load cannot tell what it measured", e);
        } finally {
            thread.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private List<Channel> connect(EventLoopGroup thread, List<String> requests, int connections)
            throws InterruptedException {
        List<ByteBuf> sendable = requests.stream()
                .map(head -> Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII)))
                .toList();
        List<Channel> channels = new ArrayList<>(connections);
        List<ChannelFuture> underWay = new ArrayList<>(OPENED_AT_ONCE);
        for (int i = 0; i < connections; i++) {
            underWay.add(connect(thread, sendable.get(i % sendable.size())));
            if (underWay.size() == OPENED_AT_ONCE || i == connections - 1) {
                underWay.forEach(
                        future -> channels.add(future.syncUninterruptibly().channel()));
                underWay.clear();
                Thread.sleep(PAUSE); // thousands at once would overflow the queue of what listens
            }
        }
        return channels;
    }

    private ChannelFuture connect(EventLoopGroup thread, ByteBuf request) {
        return new Bootstrap()
                .group(thread)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.config().setTcpNoDelay(true);
                        channel.pipeline().addLast(new HttpResponseDecoder(), new Caller(request));
                    }
                })
                .connect(address.getHost(), address.getPort());
    }

    private void begin(List<Channel> channels) {
        start = System.nanoTime();
        for (int i = 0; i < channels.size(); i++) {
            Channel channel = channels.get(i);
            channel.pipeline().get(Caller.class).send(channel, start + between * i / channels.size());
        }
    }

    private Result result(long unanswered) {
        return new Result(
                Timings.of(Arrays.copyOf(goodNanos, good)),
                Arrays.stream(goodPerSecond).boxed().toList(),
                Map.copyOf(statuses),
                broken,
                unanswered,
                Duration.ofNanos(Math.max(span, 1)));
    }

    private void answered(int status, long sent, long now) {
        statuses.merge(status, 1, Integer::sum);
        if (status == GOOD) {
            if (good == goodNanos.length) {
                goodNanos = Arrays.copyOf(goodNanos, good * 2);
            }
            goodNanos[good++] = now - sent;
            int second = (int) ((now - start) / 1_000_000_000L);
            goodPerSecond[Math.min(second, goodPerSecond.length - 1)]++;
        }
    }

    private final class Caller extends SimpleChannelInboundHandler<HttpObject> {
        private final ByteBuf request;
        private boolean ended;
        private int status;
        private long sent;

        Caller(ByteBuf request) {
            this.request = request;
        }

        /** When it is due, or now if that was before. */
        @SuppressWarnings("FutureReturnValueIgnored") // a connection that breaks becomes inactive
        void send(Channel channel, long due) {
            long early = due - System.nanoTime();
            if (ended) {
                return; // it broke while it waited
            }
            if (!channel.isActive()) {
                broken++;
                end(channel);
            } else if (early > 0) {
                channel.eventLoop().schedule(() -> send(channel, System.nanoTime()), early, TimeUnit.NANOSECONDS);
            } else {
                sent = due;
                channel.writeAndFlush(request.duplicate());
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
            if (part instanceof HttpResponse head) {
                status = head.status().code();
            }
            if (part instanceof LastHttpContent) {
                long now = System.nanoTime();
                answered(status, sent, now);
                long next = between == 0 ? now : sent + between;
                if (now - start < span && next - start < span) {
                    send(context.channel(), next);
                } else {
                    end(context.channel());
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!ended && start != 0) {
                broken++;
                end(context.channel());
            }
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // counted as broken off
        }

        @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
        private void end(Channel channel) {
            if (!ended) {
                ended = true;
                channel.close();
                open.countDown();
            }
        }
    }
}
