package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.Timings;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Callers that read a stream of {@linkplain Origin#EVENTS events} each, all on one thread, and how long each event took from
 * the local service's write to here: both clocks are this JVM's.
 */
final class EventReaders implements AutoCloseable {
    private static final int OPENED_AT_ONCE = 50;
    private static final Duration PAUSE = Duration.ofMillis(30);
    private static final Duration OPEN_WITHIN = Duration.ofSeconds(30);

    private final EventLoopGroup thread = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<Integer, Integer> refusals = new TreeMap<>();
    private long[] nanos = new long[1 << 16];
    private int count;
    private boolean recording;
    private int open;
    private int broken;

    private EventReaders() {}

    /**
     * Opens the streams and returns when all of them are answered.
     *
     * @throws IllegalStateException when some are refused
     */
    static EventReaders open(Target target, int streams) throws InterruptedException {
        EventReaders readers = new EventReaders();
        try {
            readers.connect(target.address(), target.request(Origin.EVENTS), streams);
            readers.awaitOpen(streams);
            return readers;
        } catch (RuntimeException | InterruptedException e) {
            readers.close();
            throw e;
        }
    }

    private void connect(URI address, String request, int streams) throws InterruptedException {
        ByteBuf bytes = Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
        Bootstrap bootstrap = new Bootstrap()
                .group(thread)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new HttpResponseDecoder(), new Reader());
                    }
                });
        for (int i = 0; i < streams; i++) {
            Channel channel = bootstrap
                    .connect(address.getHost(), address.getPort())
                    .sync()
                    .channel();
            channel.writeAndFlush(bytes.duplicate()).sync();
            if (i % OPENED_AT_ONCE == OPENED_AT_ONCE - 1) {
                Thread.sleep(PAUSE); // what is measured is streams that flow, not how fast they can be opened
            }
        }
    }

    private void awaitOpen(int streams) throws InterruptedException {
        long deadline = System.nanoTime() + OPEN_WITHIN.toNanos();
        while (onThread(() -> open) < streams) {
            if (System.nanoTime() > deadline || onThread(() -> refusals.size() + broken) > 0) {
                throw new IllegalStateException("Only " + onThread(() -> open) + " of " + streams
                        + " streams are open; others were answered " + onThread(() -> refusals.toString())
                        + ", broken off " + onThread(() -> broken));
            }
            Thread.sleep(PAUSE);
        }
    }

    /** How long the events of the next while take. */
    Timings measure(Duration span) throws InterruptedException {
        begin();
        Thread.sleep(span);
        return end();
    }

    /** Events count from now on. */
    void begin() throws InterruptedException {
        onThread(() -> {
            count = 0;
            recording = true;
            return count;
        });
    }

    /** How long the events since {@link #begin} took. */
    Timings end() throws InterruptedException {
        return onThread(() -> {
            recording = false;
            return Timings.of(Arrays.copyOf(nanos, count));
        });
    }

    /** Streams that have ended, though they never should. */
    int broken() throws InterruptedException {
        return onThread(() -> broken);
    }

    private <T> T onThread(java.util.concurrent.Callable<T> question) throws InterruptedException {
        try {
            return thread.next().submit(question).get(OPEN_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The readers do not answer", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void arrived(long writtenAt) {
        if (recording) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            nanos[count++] = System.nanoTime() - writtenAt;
        }
    }

    private final class Reader extends SimpleChannelInboundHandler<HttpObject> {
        private long number;
        private boolean inNumber;
        private boolean refused;

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
            if (part instanceof HttpResponse head) {
                refused = head.status().code() != 200;
                if (refused) {
                    refusals.merge(head.status().code(), 1, Integer::sum);
                } else {
                    open++;
                }
            }
            if (part instanceof HttpContent content && !refused) {
                read(content.content());
            }
        }

        /** An event is a line with the one number it has. */
        private void read(ByteBuf bytes) {
            while (bytes.isReadable()) {
                byte next = bytes.readByte();
                if (next >= '0' && next <= '9') {
                    number = number * 10 + (next - '0');
                    inNumber = true;
                } else if (inNumber) {
                    arrived(number);
                    number = 0;
                    inNumber = false;
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            broken++;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // counted as broken off
        }
    }
}
