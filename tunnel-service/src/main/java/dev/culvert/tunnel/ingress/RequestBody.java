package dev.culvert.tunnel.ingress;

import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What the caller sends behind the head. It waits until a stream is open; and while it is small, and another endpoint could
 * get it, a copy of what was sent is kept until the answer begins. On the loop of the caller's connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class RequestBody {
    /** Room for a prompt with its history; uploads are not repeated. */
    private static final int MOST_KEPT = 64 * 1024;

    private final Account account;
    private final MemoryBudget memory;
    private final Deque<Http2StreamFrame> waiting = new ArrayDeque<>();
    private final Deque<Http2StreamFrame> copies = new ArrayDeque<>();
    private boolean keeps;
    private boolean gone;
    private int keptBytes;
    private int counted;

    RequestBody(Account account, MemoryBudget memory) {
        this.account = account;
        this.memory = memory;
    }

    /** Keeps copies from now on, if there is memory for them. */
    void keep() {
        if (!keeps && !gone) {
            keeps = memory.tryReserve(MOST_KEPT);
        }
    }

    /** Takes what waits until a stream is open. */
    void add(Http2StreamFrame frame) {
        waiting.add(frame);
    }

    /** Sends what waits. The caller flushes. */
    void flowInto(Channel stream) {
        Http2StreamFrame frame;
        while ((frame = waiting.poll()) != null) {
            send(frame, stream);
        }
    }

    /** Sends more. The caller flushes. */
    void send(Http2StreamFrame frame, Channel stream) {
        if (counted > 0) {
            counted--;
        } else if (frame instanceof Http2DataFrame data) {
            account.movedIn(data.content());
        }
        remember(frame);
        stream.write(frame);
    }

    private void remember(Http2StreamFrame frame) {
        int size = frame instanceof Http2DataFrame data ? data.content().readableBytes() : 0;
        if (gone) {
            return;
        }
        if (!keeps || keptBytes + size > MOST_KEPT) {
            forget();
            return;
        }
        keptBytes += size;
        copies.add(
                frame instanceof Http2DataFrame data
                        ? new DefaultHttp2DataFrame(data.content().copy(), data.isEndStream())
                        : frame);
    }

    /**
     * Makes ready to send all of it once more.
     *
     * @return false if what was sent is gone
     */
    boolean rewind() {
        if (gone) {
            return false;
        }
        counted += copies.size();
        while (!copies.isEmpty()) {
            waiting.addFirst(copies.removeLast());
        }
        keptBytes = 0;
        return true;
    }

    /** Something was sent that will not be sent again: copies are of no use. */
    void forget() {
        gone = true;
        releaseAll(copies);
        if (keeps) {
            keeps = false;
            memory.release(MOST_KEPT);
        }
    }

    /** Gives everything back. */
    void release() {
        releaseAll(waiting);
        forget();
    }

    private static void releaseAll(Deque<Http2StreamFrame> frames) {
        Http2StreamFrame frame;
        while ((frame = frames.poll()) != null) {
            ReferenceCountUtil.release(frame);
        }
    }
}
