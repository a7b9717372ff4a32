package dev.culvert.tunnel.ingress;

import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ProblemWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Says in a stream of server-sent events why it is about to be cut off, as a last event {@code error} whose data is the problem.
 * Only between two events of the local service: behind a part of one it would be taken for its rest. In front of the codec, on
 * the loop of the caller's connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class LastWord extends ChannelOutboundHandlerAdapter {
    static final String NAME = "last-word";

    private static final String EVENTS = "text/event-stream";
    private static final int TAIL_BYTES = Integer.BYTES;

    private @Nullable ChannelHandlerContext context;
    private boolean inEvents;

    /** The last bytes that were written, or two ends of lines before there were any. */
    private int tail;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse head) {
            inEvents = isEvents(head.headers());
            tail = 0x0A0A;
        }
        if (inEvents && message instanceof HttpContent content) {
            remember(content.content());
            inEvents = !(content instanceof LastHttpContent);
        }
        ctx.write(message, promise);
    }

    private static boolean isEvents(HttpHeaders headers) {
        return headers.get(HttpHeaderNames.CONTENT_TYPE, "").regionMatches(true, 0, EVENTS, 0, EVENTS.length())
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !headers.contains(HttpHeaderNames.CONTENT_ENCODING);
    }

    private void remember(ByteBuf bytes) {
        int end = bytes.writerIndex();
        for (int i = Math.max(bytes.readerIndex(), end - TAIL_BYTES); i < end; i++) {
            tail = (tail << Byte.SIZE) | bytes.getUnsignedByte(i);
        }
    }

    /** Events end with an empty line, in any of the three ways in which lines may end. */
    private boolean isBetweenEvents() {
        return (tail & 0xFFFF) == 0x0A0A || (tail & 0xFFFF) == 0x0D0D || tail == 0x0D0A0D0A;
    }

    /** Says it, if this is a stream in which it can be said. The caller flushes, and closes the connection. */
    static void say(
            Channel client, ProblemWriter problems, ProblemException why, HttpRequest request, String requestId) {
        LastWord here = client.pipeline().get(LastWord.class);
        if (here != null) {
            here.say(problems.toJson(problems.answer(why, TunnelPath.withoutQuery(request.uri()), requestId)
                    .problem()));
        }
    }

    private void say(byte[] json) {
        ChannelHandlerContext ctx = context;
        if (ctx != null && inEvents && isBetweenEvents()) {
            inEvents = false;
            ByteBuf event = Unpooled.wrappedBuffer(
                    "event: error\ndata: ".getBytes(StandardCharsets.US_ASCII),
                    json,
                    "\n\n".getBytes(StandardCharsets.US_ASCII));
            ctx.write(new DefaultHttpContent(event));
        }
    }
}
