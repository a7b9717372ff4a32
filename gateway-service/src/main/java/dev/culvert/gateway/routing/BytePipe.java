package dev.culvert.gateway.routing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;

/**
 * Writes what one connection reads to the other, flushed whenever the reading pauses, and stops the other from reading
 * while this one cannot keep up. Both connections share an event loop. Buffers are passed on, so whoever writes releases
 * them.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes its connection, which channelInactive sees
final class BytePipe extends ChannelInboundHandlerAdapter {
    private final Channel peer;
    private final LongConsumer counter;
    private final Deque<Object> held = new ArrayDeque<>();
    private boolean open;
    private boolean ended;

    /**
     * @param counter is told the bytes that are read
     */
    BytePipe(Channel peer, LongConsumer counter) {
        this.peer = peer;
        this.counter = counter;
    }

    /** From now on bytes flow. Until then they are held. */
    void open() {
        open = true;
        held.forEach(peer::write);
        held.clear();
        peer.flush();
        if (ended) {
            closePeer();
        }
        peer.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        if (bytes instanceof ByteBuf buffer) {
            counter.accept(buffer.readableBytes());
        }
        if (open) {
            peer.write(bytes);
        } else {
            held.add(bytes);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (open) {
            peer.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        peer.config().setAutoRead(context.channel().isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended = true;
        if (open) {
            closePeer();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }

    /** A connection that broke is closed; the close reaches the peer by {@link #channelInactive}. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private void closePeer() {
        peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
}
