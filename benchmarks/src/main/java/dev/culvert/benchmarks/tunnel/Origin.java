package dev.culvert.benchmarks.tunnel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The local service behind the agents, on one thread: {@value #DOWN}{@code N} answers N bytes, {@value #UP} takes whatever
 * comes, {@value #EVENTS} sends twenty events a second that tell when they were written, {@value #ENDLESS} never ends, and
 * everything else is answered with the same 300 bytes.
 */
final class Origin implements AutoCloseable {
    static final String DOWN = "/down?bytes=";
    static final String UP = "/up";
    static final String EVENTS = "/events";
    static final String ENDLESS = "/endless";

    /** Between two events of a stream. */
    static final long EVENT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int BACKLOG = 4096;
    private static final int BLOCK_BYTES = 64 * 1024;

    private final EventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ByteBuf small = whole("application/json", "{\"items\":[" + "0,".repeat(122) + "0]}");
    private final ByteBuf block = random(BLOCK_BYTES);
    private final ByteBuf chunk = chunkOf(block);
    private final LongAdder endless = new LongAdder();
    private final Channel listening;

    private Origin() {
        listening = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.config().setTcpNoDelay(true);
                        channel.pipeline().addLast(new HttpRequestDecoder(), new Answering());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    static Origin start() {
        return new Origin();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) listening.localAddress()).getPort());
    }

    /** Bytes of all {@linkplain #ENDLESS endless} answers that could be written so far. */
    long endlessBytes() {
        return endless.sum();
    }

    @Override
    public void close() {
        threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static String head(String type, String framing) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nCache-Control: no-store\r\n" + framing + "\r\n\r\n";
    }

    private static ByteBuf whole(String type, String body) {
        return fixed(head(type, "Content-Length: " + body.length()) + body);
    }

    private static ByteBuf fixed(String text) {
        return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private static ByteBuf random(int bytes) {
        byte[] content = new byte[bytes];
        ThreadLocalRandom.current().nextBytes(content);
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes).writeBytes(content));
    }

    private static ByteBuf chunkOf(ByteBuf content) {
        ByteBuf chunk = Unpooled.directBuffer(content.readableBytes() + 16);
        chunk.writeCharSequence(Integer.toHexString(content.readableBytes()) + "\r\n", StandardCharsets.US_ASCII);
        chunk.writeBytes(content, 0, content.readableBytes());
        chunk.writeCharSequence("\r\n", StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(chunk);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // who is gone gets no answer
    private final class Answering extends SimpleChannelInboundHandler<HttpObject> {
        private String path = "";
        private boolean last;
        private long left;
        private long received;
        private @Nullable Future<?> events;

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
            if (part instanceof HttpRequest request) {
                path = request.uri();
                last = !HttpUtil.isKeepAlive(request);
                received = 0;
            }
            if (part instanceof HttpContent content) {
                received += content.content().readableBytes();
            }
            if (part instanceof LastHttpContent) {
                answer(context);
            }
        }

        private void answer(ChannelHandlerContext context) {
            if (path.startsWith(DOWN)) {
                left = Long.parseLong(path.substring(DOWN.length()));
                context.write(fixed(head("application/octet-stream", "Content-Length: " + left)));
                writeOn(context);
            } else if (path.startsWith(UP)) {
                context.writeAndFlush(whole("text/plain", Long.toString(received)));
                closeIfAsked(context);
            } else if (path.startsWith(EVENTS)) {
                context.writeAndFlush(fixed(head("text/event-stream", "Transfer-Encoding: chunked")));
                long first = ThreadLocalRandom.current().nextLong(EVENT_NANOS); // streams are not in step
                events = context.executor()
                        .scheduleAtFixedRate(() -> event(context), first, EVENT_NANOS, TimeUnit.NANOSECONDS);
            } else if (path.startsWith(ENDLESS)) {
                left = Long.MAX_VALUE;
                context.write(fixed(head("application/octet-stream", "Transfer-Encoding: chunked")));
                writeOn(context);
            } else {
                context.writeAndFlush(small.duplicate());
            }
        }

        private static void event(ChannelHandlerContext context) {
            ByteBuf event = context.alloc().buffer(64);
            event.writeCharSequence(
                    "1b\r\ndata: %019d\n\n\r\n".formatted(System.nanoTime()), StandardCharsets.US_ASCII);
            context.writeAndFlush(event);
        }

        private void writeOn(ChannelHandlerContext context) {
            boolean sent = left > 0;
            while (left > 0 && context.channel().isWritable()) {
                if (left == Long.MAX_VALUE) {
                    context.write(chunk.duplicate());
                    endless.add(BLOCK_BYTES);
                } else {
                    int bytes = (int) Math.min(left, BLOCK_BYTES);
                    context.write(block.slice(0, bytes));
                    left -= bytes;
                }
            }
            context.flush();
            if (sent && left == 0) {
                closeIfAsked(context);
            }
        }

        private void closeIfAsked(ChannelHandlerContext context) {
            if (last) {
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            writeOn(context);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            Future<?> planned = events;
            if (planned != null) {
                planned.cancel(false);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // a caller that left
        }
    }
}
