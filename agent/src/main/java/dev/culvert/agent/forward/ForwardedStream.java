package dev.culvert.agent.forward;

import dev.culvert.agent.forward.ForwardedRequest.End;
import dev.culvert.tunnelprotocol.BackPressure;
import dev.culvert.tunnelprotocol.HttpTranslation;
import dev.culvert.tunnelprotocol.LinkLoss;
import dev.culvert.tunnelprotocol.OriginFailure;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import dev.culvert.tunnelprotocol.WindowGrowth;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller: a stream of the link on one side, a connection to the local service on the other, both on the
 * same event loop. Each side reads only while the other has room; when one breaks, the other is broken at once. But an answer
 * that is kept outlives its stream for a moment, and goes on over one of another link if the service asks for the rest.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class ForwardedStream extends ChannelInboundHandlerAdapter {
    private final Channel stream;
    private final Origins origins;
    private final WindowGrowth growth;
    private final AnswerWriter answer;
    private final RequestTally tally;
    private final WayToCaller way;
    private final KeptAnswers keptAnswers;
    private final LinkLoss linkLoss;

    private @Nullable RequestHead head;
    private @Nullable CharSequence resumeKey;
    private @Nullable OriginConnection origin;
    private final Deque<HttpObject> untilConnected = new ArrayDeque<>();

    private boolean requestEnded;
    private boolean repeated;
    private boolean interimAnswer;
    private boolean answerEnded;
    private boolean keepOrigin;
    private boolean bytePipe;
    private boolean over;

    ForwardedStream(
            Channel stream, Origins origins, WindowGrowth growth, RequestListener listener, KeptAnswers keptAnswers) {
        this.stream = stream;
        this.origins = origins;
        this.growth = growth;
        this.answer = new AnswerWriter(stream);
        this.tally = new RequestTally(listener);
        this.way = new WayToCaller(this, answer);
        this.keptAnswers = keptAnswers;
        this.linkLoss = new LinkLoss(stream);
    }

    // From the caller, over the link

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (over || answerEnded) {
            ReferenceCountUtil.release(frame);
            return;
        }
        switch (frame) {
            case Http2HeadersFrame first when head == null -> begin(first);
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
        String path = String.valueOf(frame.headers().path());
        requestEnded = frame.isEndStream();
        resumeKey = frame.headers().get(TunnelProtocol.RESUME_KEY_HEADER);
        RequestHead read;
        try {
            read = RequestHead.read(frame, origins.target());
        } catch (IllegalArgumentException e) {
            tally.begin(String.valueOf(frame.headers().method()), path);
            fail(OriginFailure.REQUEST_REFUSED);
            return;
        }
        head = read;
        requestEnded = !read.hasBody();
        tally.begin(read.request().method().name(), path);
        if (origins.target().rules().blocked().cover(path)) {
            refuse();
            return;
        }
        OriginConnection reusable = read.upgrade() == null && !read.http2() ? origins.reusable() : null;
        if (reusable != null) {
            sendTo(read, reusable);
        } else {
            connect(read);
        }
    }

    private void connect(RequestHead request) {
        stream.config().setAutoRead(false);
        origins.connect(request.http2()).addListener(future -> {
            if (!future.isSuccess()) {
                fail(OriginFailure.UNREACHABLE);
                return;
            }
            OriginConnection connected = (OriginConnection) future.getNow();
            if (over) {
                connected.close();
                return;
            }
            sendTo(request, connected);
            stream.config().setAutoRead(true);
        });
    }

    private void sendTo(RequestHead request, OriginConnection connection) {
        origin = connection;
        connection.serve(this);
        Channel channel = connection.channel();
        channel.write(request.request());
        if (!request.hasBody()) {
            channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        HttpObject waiting;
        while ((waiting = untilConnected.poll()) != null) {
            channel.write(waiting);
        }
        channel.flush();
    }

    private void onData(Http2DataFrame data) {
        tally.in(data.content().readableBytes());
        if (!data.isEndStream()) {
            growth.passed(data.content().readableBytes());
        }
        OriginConnection connection = origin;
        if (isUpgrade() && !bytePipe) {
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

    private boolean isUpgrade() {
        RequestHead known = head;
        return known != null && known.upgrade() != null;
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
            linkLoss.pauseIfFull(connection.channel());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        way.onRoom(stream);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            way.onReset(stream, Http2Error.valueOf(reset.errorCode()));
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        growth.ended();
        way.onLost(stream);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        way.giveUp();
        ctx.close();
    }

    // From the local service

    /**
     * @param whole whether the head is all of the answer
     */
    void onOriginHead(HttpResponse response, boolean whole) {
        RequestHead request = head;
        WebSocketUpgrade asked = request == null ? null : request.upgrade();
        if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                && !(asked != null && response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS))) {
            interimAnswer = true;
            return;
        }
        if (asked != null
                && response.status().codeClass() != HttpStatusClass.REDIRECTION
                && response.status().code() < 400) {
            if (!asked.acceptedBy(response)) {
                fail(OriginFailure.UPGRADE_REFUSED);
                return;
            }
            bytePipe = true;
            response.setStatus(HttpResponseStatus.OK);
            WebSocketUpgrade.removeHandshake(response);
        }
        tally.answered(response.status().code());
        keepOrigin = HttpUtil.isKeepAlive(response) && asked == null;
        origins.target().rules().answer().apply(response.headers());
        boolean withoutBody = !bytePipe && (whole || isWithoutBody(response));
        if (resumeKey != null && requestEnded && !bytePipe && !withoutBody) {
            answer.keep(keptAnswers.keep(resumeKey.toString(), way, HttpUtil.getContentLength(response, -1L)));
        }
        answer.head(response, withoutBody, tally.elapsed());
    }

    private boolean isWithoutBody(HttpResponse response) {
        return HttpMethod.HEAD.name().equals(tally.method())
                || response.status().equals(HttpResponseStatus.NO_CONTENT)
                || response.status().equals(HttpResponseStatus.NOT_MODIFIED)
                || HttpUtil.getContentLength(response, -1L) == 0;
    }

    void onOriginContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (over || interimAnswer || !answer.started()) {
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
        tally.out(content.content().readableBytes());
        if (!last) {
            answer.data(content.content());
            return;
        }
        answerEnded = true;
        // Out of reach of the end, which is told at once where the link has room, and would close the connection.
        OriginConnection connection = origin;
        origin = null;
        answer.end((LastHttpContent) content, requestEnded, way::onEndWritten);
        if (connection != null) {
            connection.release(keepOrigin && requestEnded);
        }
    }

    void onOriginBytes(ByteBuf bytes) {
        tally.out(bytes.readableBytes());
        answer.data(bytes);
    }

    void onOriginReadComplete() {
        way.flush();
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
        RequestHead request = head;
        origin = null;
        if (over || answerEnded) {
            return;
        }
        if (bytePipe) {
            answerEnded = true;
            answer.endOfBytes().addListener(written -> end(End.COMPLETED));
        } else if (request != null
                && !answer.started()
                && !repeated
                && closed != null
                && closed.reused()
                && request.isRepeatable()) {
            // The server closed an idle connection in the moment we used it.
            repeated = true;
            connect(request);
        } else {
            fail(OriginFailure.CLOSED_EARLY);
        }
    }

    /** The connection to the local service; null before there is one and when its part is over. */
    @Nullable
    Channel originChannel() {
        OriginConnection connection = origin;
        return connection == null ? null : connection.channel();
    }

    // Ends

    private void refuse() {
        if (!over) {
            tally.answered(Refusal.STATUS.code());
            answer.refuse(Refusal.STATUS, Refusal.BODY, requestEnded);
            end(End.REFUSED);
        }
    }

    /** Before the head of an answer it becomes a 502 that says why; after it only a reset cannot be mistaken for an end. */
    private void fail(OriginFailure failure) {
        if (over) {
            return;
        }
        way.forget();
        if (answer.started()) {
            answer.breakOff();
        } else {
            tally.answered(HttpResponseStatus.BAD_GATEWAY.code());
            answer.noAnswer(failure, requestEnded);
        }
        end(End.FAILED);
    }

    /** Ends the request, once; what is kept of its answer stays. */
    void end(End how) {
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
        linkLoss.forget();
        // A stream that is not read never ends and holds what was sent; from now on that is thrown away.
        stream.config().setAutoRead(true);
        tally.end(how);
    }
}
