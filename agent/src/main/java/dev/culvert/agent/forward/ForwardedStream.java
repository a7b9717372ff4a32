package dev.culvert.agent.forward;

import dev.culvert.agent.forward.ForwardedRequest.End;
import dev.culvert.tunnelprotocol.BackPressure;
import dev.culvert.tunnelprotocol.HttpTranslation;
import dev.culvert.tunnelprotocol.OriginFailure;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import dev.culvert.tunnelprotocol.WindowGrowth;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller: a stream of the link on one side, a connection to the local service on the other, both on the
 * same event loop. Each side reads only while the other has room; when one breaks, the other is broken at once.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class ForwardedStream extends ChannelInboundHandlerAdapter {
    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    private final Channel stream;
    private final Origins origins;
    private final WindowGrowth growth;
    private final Consumer<ForwardedRequest> listener;
    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();

    private String method = "";
    private String path = "";
    private int status;
    private long bytesIn;
    private long bytesOut;

    private @Nullable HttpRequest request;
    private @Nullable WebSocketUpgrade upgrade;
    private @Nullable OriginConnection origin;
    private final Deque<HttpObject> untilConnected = new ArrayDeque<>();

    private @Nullable ChannelFuture answerHead;

    private boolean requestHasBody;
    private boolean requestEnded;
    private boolean repeated;
    private boolean interimAnswer;
    private boolean answerStarted;
    private boolean answerWithoutBody;
    private boolean answerEnded;
    private boolean keepOrigin;
    private boolean bytePipe;
    private boolean over;

    ForwardedStream(Channel stream, Origins origins, WindowGrowth growth, Consumer<ForwardedRequest> listener) {
        this.stream = stream;
        this.origins = origins;
        this.growth = growth;
        this.listener = listener;
    }

    // From the caller, over the link

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (over || answerEnded) {
            ReferenceCountUtil.release(frame);
            return;
        }
        switch (frame) {
            case Http2HeadersFrame head when request == null -> begin(head);
            case Http2HeadersFrame trailers -> {
                LastHttpContent last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
                last.trailingHeaders().set(HttpTranslation.trailersToHttp1(trailers.headers()));
                toOrigin(last);
            }
            case Http2DataFrame data -> onData(data);
            default -> ReferenceCountUtil.release(frame);
        }
    }

    private void begin(Http2HeadersFrame frame) {
        Http2Headers head = frame.headers();
        method = String.valueOf(head.method());
        path = String.valueOf(head.path());
        requestHasBody = !frame.isEndStream();
        try {
            HttpRequest translated;
            if (HttpMethod.CONNECT.name().equals(method)) {
                CharSequence protocol = head.get(Http2Headers.PseudoHeaderName.PROTOCOL.value());
                if (protocol == null || !TunnelProtocol.WEBSOCKET.contentEquals(protocol)) {
                    throw new IllegalArgumentException("CONNECT reaches beyond the target");
                }
                method = HttpMethod.GET.name();
                requestHasBody = false;
                translated = HttpTranslation.toHttp1Request(
                        head, HttpMethod.GET, origins.target().authority(), false);
                upgrade = WebSocketUpgrade.prepare(translated);
            } else {
                translated = HttpTranslation.toHttp1Request(
                        head, HttpMethod.valueOf(method), origins.target().authority(), requestHasBody);
            }
            request = translated;
        } catch (IllegalArgumentException e) {
            fail(OriginFailure.REQUEST_REFUSED);
            return;
        }
        requestEnded = !requestHasBody;
        OriginConnection reusable = upgrade == null ? origins.reusable() : null;
        if (reusable != null) {
            sendTo(reusable);
        } else {
            connect();
        }
    }

    private void connect() {
        stream.config().setAutoRead(false);
        origins.connect().addListener(future -> {
            if (!future.isSuccess()) {
                fail(OriginFailure.UNREACHABLE);
                return;
            }
            OriginConnection connected = (OriginConnection) future.getNow();
            if (over) {
                connected.close();
                return;
            }
            sendTo(connected);
            stream.config().setAutoRead(true);
        });
    }

    private void sendTo(OriginConnection connection) {
        origin = connection;
        connection.serve(this);
        Channel channel = connection.channel();
        channel.write(request);
        if (!requestHasBody) {
            channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        HttpObject waiting;
        while ((waiting = untilConnected.poll()) != null) {
            channel.write(waiting);
        }
        channel.flush();
    }

    private void onData(Http2DataFrame data) {
        bytesIn += data.content().readableBytes();
        if (!data.isEndStream()) {
            growth.passed(data.content().readableBytes());
        }
        OriginConnection connection = origin;
        if (upgrade != null && !bytePipe) {
            data.release();
            fail(OriginFailure.REQUEST_REFUSED);
        } else if (!bytePipe) {
            toOrigin(
                    data.isEndStream()
                            ? new DefaultLastHttpContent(data.content())
                            : new DefaultHttpContent(data.content()));
        } else if (connection == null) {
            data.release();
        } else {
            connection.channel().write(data.content());
            if (data.isEndStream()) {
                connection.channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }

    private void toOrigin(HttpObject content) {
        requestEnded |= content instanceof LastHttpContent;
        OriginConnection connection = origin;
        if (connection == null) {
            untilConnected.add(content);
        } else {
            connection.channel().write(content);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        OriginConnection connection = origin;
        if (connection != null) {
            connection.channel().flush();
            BackPressure.pauseIfFull(stream, connection.channel());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        OriginConnection connection = origin;
        if (connection != null) {
            BackPressure.resumeIfRoom(connection.channel(), stream);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            // The caller left: the local service must not work on for nobody.
            end(End.CANCELLED);
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        growth.ended();
        end(End.CANCELLED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(End.CANCELLED);
        ctx.close();
    }

    // From the local service

    void onOriginHead(HttpResponse head) {
        WebSocketUpgrade asked = upgrade;
        if (head.status().codeClass() == HttpStatusClass.INFORMATIONAL
                && !(asked != null && head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS))) {
            interimAnswer = true;
            return;
        }
        if (asked != null
                && head.status().codeClass() != HttpStatusClass.REDIRECTION
                && head.status().code() < 400) {
            if (!asked.acceptedBy(head)) {
                fail(OriginFailure.UPGRADE_REFUSED);
                return;
            }
            bytePipe = true;
            head.setStatus(HttpResponseStatus.OK);
            WebSocketUpgrade.removeHandshake(head);
        }
        answerStarted = true;
        status = head.status().code();
        keepOrigin = HttpUtil.isKeepAlive(head) && asked == null;
        answerWithoutBody = !bytePipe && isWithoutBody(head);
        Http2Headers answer = HttpTranslation.toHttp2(head);
        answer.set(TunnelProtocol.LOCAL_MICROS_HEADER, Long.toString((System.nanoTime() - startedNanos) / 1_000));
        answerHead = stream.write(new DefaultHttp2HeadersFrame(answer, answerWithoutBody));
    }

    private boolean isWithoutBody(HttpResponse head) {
        return HttpMethod.HEAD.name().equals(method)
                || head.status().equals(HttpResponseStatus.NO_CONTENT)
                || head.status().equals(HttpResponseStatus.NOT_MODIFIED)
                || HttpUtil.getContentLength(head, -1L) == 0;
    }

    void onOriginContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (over || interimAnswer || !answerStarted) {
            interimAnswer &= !last;
            content.release();
            return;
        }
        if (bytePipe) {
            // The end of the 101; what follows are bytes.
            content.release();
            OriginConnection connection = origin;
            if (connection != null) {
                connection.becomeBytePipe();
            }
            stream.flush();
            return;
        }
        bytesOut += content.content().readableBytes();
        if (!last) {
            stream.write(new DefaultHttp2DataFrame(content.content(), false));
            return;
        }
        answerEnded = true;
        writeEnd((LastHttpContent) content);
        OriginConnection connection = origin;
        origin = null;
        if (connection != null) {
            connection.release(keepOrigin && requestEnded);
        }
    }

    private void writeEnd(LastHttpContent last) {
        ChannelFutureListener written = future -> {
            if (!requestEnded) {
                // Answered without hearing the request out; the rest of it is not wanted (RFC 9113 §8.1).
                stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
            end(future.isSuccess() ? End.COMPLETED : End.CANCELLED);
        };
        ChannelFuture headWritten = answerHead;
        if (answerWithoutBody && headWritten != null) {
            // The head has ended the stream.
            last.release();
            stream.flush();
            headWritten.addListener(written);
        } else if (last.trailingHeaders().isEmpty()) {
            stream.writeAndFlush(new DefaultHttp2DataFrame(last.content(), true))
                    .addListener(written);
        } else {
            if (last.content().isReadable()) {
                stream.write(new DefaultHttp2DataFrame(last.content(), false));
            } else {
                last.release();
            }
            Http2Headers trailers = HttpTranslation.trailersToHttp2(last.trailingHeaders());
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true)).addListener(written);
        }
    }

    void onOriginBytes(ByteBuf bytes) {
        bytesOut += bytes.readableBytes();
        stream.write(new DefaultHttp2DataFrame(bytes, false));
    }

    void onOriginReadComplete() {
        stream.flush();
        OriginConnection connection = origin;
        if (connection != null) {
            BackPressure.pauseIfFull(connection.channel(), stream);
        }
    }

    void onOriginWritabilityChanged() {
        OriginConnection connection = origin;
        if (connection != null) {
            BackPressure.resumeIfRoom(stream, connection.channel());
        }
    }

    void onOriginNotHttp() {
        fail(OriginFailure.NOT_HTTP);
    }

    void onOriginClosed() {
        OriginConnection closed = origin;
        origin = null;
        if (over || answerEnded) {
            return;
        }
        if (bytePipe) {
            answerEnded = true;
            stream.writeAndFlush(new DefaultHttp2DataFrame(true)).addListener(written -> end(End.COMPLETED));
        } else if (!answerStarted && closed != null && closed.reused() && isRepeatable()) {
            // The server closed an idle connection in the moment we used it.
            repeated = true;
            connect();
        } else {
            fail(OriginFailure.CLOSED_EARLY);
        }
    }

    private boolean isRepeatable() {
        return !repeated && !requestHasBody && REPEATABLE.contains(HttpMethod.valueOf(method));
    }

    // Ends

    /** Before the head of an answer it becomes a 502 that says why; after it only a reset cannot be mistaken for an end. */
    private void fail(OriginFailure failure) {
        if (over) {
            return;
        }
        if (answerStarted) {
            // Behind what was read before: a reset overtakes data that waits for window.
            stream.writeAndFlush(new DefaultHttp2DataFrame(false))
                    .addListener(_ -> stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR)));
        } else {
            status = HttpResponseStatus.BAD_GATEWAY.code();
            Http2Headers head = new DefaultHttp2Headers()
                    .status(HttpResponseStatus.BAD_GATEWAY.codeAsText())
                    .set(TunnelProtocol.FAILURE_HEADER, failure.wireName());
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(head, true));
            if (!requestEnded) {
                stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
        }
        end(End.FAILED);
    }

    private void end(End how) {
        if (over) {
            return;
        }
        over = true;
        OriginConnection connection = origin;
        origin = null;
        if (connection != null) {
            connection.release(false);
        }
        HttpObject waiting;
        while ((waiting = untilConnected.poll()) != null) {
            ReferenceCountUtil.release(waiting);
        }
        if (request != null || status != 0) {
            listener.accept(new ForwardedRequest(
                    startedAt,
                    method,
                    path,
                    status,
                    Duration.ofNanos(System.nanoTime() - startedNanos),
                    bytesIn,
                    bytesOut,
                    how));
        }
    }
}
