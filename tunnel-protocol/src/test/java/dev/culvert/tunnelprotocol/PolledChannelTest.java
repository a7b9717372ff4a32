package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R4.1e: the bytes of a link in requests that can get lost, come twice or late. */
class PolledChannelTest {
    private final EventLoopGroup eventLoops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicInteger told = new AtomicInteger();
    private final PolledChannel channel =
            new PolledChannel(InetSocketAddress.createUnresolved("agent", 1), told::incrementAndGet);
    private final StringBuffer read = new StringBuffer();

    @BeforeEach
    void register() {
        eventLoops.register(channel).syncUninterruptibly();
        channel.pipeline().addLast(new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
                read.append(bytes.toString(StandardCharsets.US_ASCII));
            }
        });
    }

    @AfterEach
    void stop() {
        channel.close().syncUninterruptibly();
        eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void keepsWhatWasWrittenUntilItHasArrived() throws Exception {
        ChannelFuture first = channel.writeAndFlush(bytes("abcdef"));
        ChannelFuture second = channel.writeAndFlush(bytes("ghi"));

        assertThat(sent(100)).isEqualTo("abcdefghi");
        assertThat(sent(4)).isEqualTo("abcd");
        assertThat(told.get()).isPositive();
        assertThat(first.isDone()).isFalse();

        assertThat(confirm(4)).isTrue();
        assertThat(sent(100)).isEqualTo("efghi");
        assertThat(confirm(6)).isTrue();
        assertThat(first.isSuccess()).isTrue();
        assertThat(second.isDone()).isFalse();
        assertThat(confirm(6)).isTrue();
        assertThat(confirm(9)).isTrue();
        assertThat(second.isSuccess()).isTrue();
        assertThat(sent(100)).isEmpty();
    }

    @Test
    void refusesConfirmationsThatCannotBe() throws Exception {
        channel.writeAndFlush(bytes("abc"));

        assertThat(confirm(2)).isTrue();
        assertThat(confirm(1)).isFalse();
        assertThat(confirm(4)).isFalse();
        assertThat(sent(100)).isEqualTo("c");
    }

    @Test
    void readsBytesOnceAndInOrder() throws Exception {
        assertThat(receive(0, "abc")).isTrue();
        assertThat(receive(0, "abc")).isTrue();
        assertThat(receive(1, "bcde")).isTrue();
        assertThat(receive(6, "xyz")).isFalse();
        assertThat(receive(5, "f")).isTrue();

        assertThat(read).hasToString("abcdef");
        assertThat(channel.received()).isEqualTo(6);
    }

    @Test
    void isNotWritableWhileMuchIsUnderWay() throws Exception {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1_000, 2_000));

        channel.writeAndFlush(bytes("x".repeat(3_000))).isDone();
        assertThat(onLoop(channel::isWritable)).isFalse();
        confirm(2_900);

        assertThat(onLoop(channel::isWritable)).isFalse(); // what was written at once is done at once
        confirm(3_000);
        assertThat(onLoop(channel::isWritable)).isTrue();
    }

    @Test
    void failsWhatHasNotArrivedWhenItIsClosed() {
        ChannelFuture written = channel.writeAndFlush(bytes("abc"));

        channel.close().syncUninterruptibly();

        assertThat(written.awaitUninterruptibly().isSuccess()).isFalse();
    }

    /** Whatever the requests carry, and however often, the bytes come out as they went in. */
    @Test
    void isAByteStreamOverRequestsThatGetLost() throws Exception {
        Random random = new Random(11);
        PolledChannel sender = new PolledChannel(InetSocketAddress.createUnresolved("sender", 1), () -> {});
        eventLoops.register(sender).syncUninterruptibly();
        StringBuilder written = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            String part = Integer.toString(i).repeat(random.nextInt(20));
            written.append(part);
            sender.writeAndFlush(bytes(part));
            onLoop(() -> {
                long at = sender.arrived();
                byte[] body = sender.toSend(1 + random.nextInt(50));
                int fate = random.nextInt(4);
                if (fate > 0) { // else the request is lost
                    assertThat(channel.receive(at, Unpooled.wrappedBuffer(body)))
                            .isTrue();
                }
                if (fate > 1) { // else its answer is lost
                    assertThat(sender.confirm(at + body.length)).isTrue();
                }
                return true;
            });
        }
        while (onLoop(() -> sender.toSend(1).length > 0)) {
            onLoop(() -> {
                long at = sender.arrived();
                byte[] body = sender.toSend(1_000);
                channel.receive(at, Unpooled.wrappedBuffer(body));
                return sender.confirm(at + body.length);
            });
        }

        assertThat(read.toString()).isEqualTo(written.toString());
        sender.close().syncUninterruptibly();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private String sent(int most) throws Exception {
        return new String(onLoop(() -> channel.toSend(most)), StandardCharsets.US_ASCII);
    }

    private boolean confirm(long offset) throws Exception {
        return onLoop(() -> channel.confirm(offset));
    }

    private boolean receive(long at, String text) throws Exception {
        return onLoop(() -> channel.receive(at, bytes(text)));
    }

    private <T> T onLoop(Callable<T> question) throws Exception {
        return channel.eventLoop().submit(question).get();
    }
}
