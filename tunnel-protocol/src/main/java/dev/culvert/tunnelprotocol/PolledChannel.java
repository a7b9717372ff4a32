package dev.culvert.tunnelprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;

/**
 * A connection whose bytes travel in the bodies of plain HTTP requests, for networks that pass nothing else. Both ends of a
 * {@link Link} have one; who carries the bytes between them is not its business. To the link it is a socket like any other.
 *
 * <p>Each direction counts its bytes from 0. What was written stays in the outbound buffer until the other end has said that it
 * has it, so that a body that was lost is sent again, one that arrives twice is read once, writability tells how much is under way,
 * and a write is done when it has arrived. Everything but the constructor and {@link #closeFuture()} belongs to the event loop.
 */
public final class PolledChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    private static final byte[] NOTHING = {};

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final SocketAddress peer;
    private final Runnable somethingToSend;
    private long arrived;
    private long received;
    private boolean forgetting;
    private volatile boolean closed;

    /**
     * A channel that is active once it is registered with an event loop.
     *
     * @param peer where the other end is, as far as is known
     * @param somethingToSend told whenever there are bytes to carry, perhaps often; may look at them, and no more
     */
    public PolledChannel(SocketAddress peer, Runnable somethingToSend) {
        super(null);
        this.peer = peer;
        this.somethingToSend = somethingToSend;
    }

    /** How many bytes the other end has said that it has: where {@link #toSend} begins. */
    public long arrived() {
        return arrived;
    }

    /** How many bytes of the other end are here. */
    public long received() {
        return received;
    }

    /** A copy of the bytes that the other end has not said that it has. */
    public byte[] toSend(int most) {
        ChannelOutboundBuffer buffer = unsafe().outboundBuffer();
        if (buffer == null || buffer.isEmpty()) {
            return NOTHING;
        }
        ByteBuf copy =
                Unpooled.buffer(Math.min(most, (int) Math.min(Integer.MAX_VALUE, buffer.totalPendingWriteBytes())));
        forEachPart(buffer, part -> {
            copy.writeBytes(part, part.readerIndex(), Math.min(part.readableBytes(), most - copy.readableBytes()));
            return copy.readableBytes() < most;
        });
        return ByteBufUtil.getBytes(copy);
    }

    /**
     * The other end has all bytes before an offset.
     *
     * @return false if that cannot be: they were never sent
     */
    public boolean confirm(long offset) {
        ChannelOutboundBuffer buffer = unsafe().outboundBuffer();
        long bytes = offset - arrived;
        if (bytes <= 0 || buffer == null) {
            return bytes == 0 || buffer == null; // less than before is as wrong as too much
        }
        long[] known = new long[1];
        forEachPart(buffer, part -> {
            known[0] += part.readableBytes();
            return known[0] < bytes;
        });
        if (known[0] < bytes) {
            return false;
        }
        arrived = offset;
        forgetting = true; // whoever hears that a write is done may write on
        buffer.removeBytes(bytes);
        forgetting = false;
        if (!buffer.isEmpty()) {
            somethingToSend.run();
        }
        return true;
    }

    /**
     * Bytes of the other end, which are released here.
     *
     * @param offset of the first of them; what is known of them already is passed over
     * @return false if some before them are missing, in which case nothing was read
     */
    public boolean receive(long offset, ByteBuf bytes) {
        long known = received - offset;
        if (known < 0) {
            bytes.release();
            return false;
        }
        if (closed || known >= bytes.readableBytes()) {
            bytes.release();
            return true;
        }
        bytes.skipBytes((int) known);
        received += bytes.readableBytes();
        pipeline().fireChannelRead(bytes);
        pipeline().fireChannelReadComplete();
        return true;
    }

    private interface Part {
        boolean take(ByteBuf bytes);
    }

    private static void forEachPart(ChannelOutboundBuffer buffer, Part part) {
        try {
            buffer.forEachFlushedMessage(message -> !(message instanceof ByteBuf bytes) || part.take(bytes));
        } catch (Exception e) {
            throw new IllegalStateException("Nothing there throws", e);
        }
    }

    /** Leaves everything where it is but what has no bytes, and would wait behind others for nothing. */
    @Override
    protected void doWrite(ChannelOutboundBuffer buffer) {
        if (!forgetting) {
            buffer.removeBytes(0);
            if (!buffer.isEmpty()) {
                somethingToSend.run();
            }
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("Connected by whoever carries its bytes"));
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return peer;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return peer;
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException("Listens nowhere");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        closed = true;
    }

    @Override
    protected void doBeginRead() {
        // What comes is read; the windows of HTTP/2 say how much that can be.
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return !closed;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
