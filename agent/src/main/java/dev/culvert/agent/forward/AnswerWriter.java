package dev.culvert.agent.forward;

import dev.culvert.agent.forward.KeptAnswers.Kept;
import dev.culvert.tunnelprotocol.HttpTranslation;
import dev.culvert.tunnelprotocol.OriginFailure;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.EmptyHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writes one answer to a stream of the link, as the frames it consists of; a kept answer also to whatever stream comes after
 * that one.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class AnswerWriter {
    private Channel stream;
    private @Nullable ChannelFuture endedByHead;
    private boolean started;
    private @Nullable Kept kept;
    private boolean cutOff;
    private boolean ended;
    private Http2Headers trailers = EmptyHttp2Headers.INSTANCE;

    AnswerWriter(Channel stream) {
        this.stream = stream;
    }

    /** Whether a head has been written, after which nothing but this answer or a reset can follow. */
    boolean started() {
        return started;
    }

    /** Where the answer goes. */
    Channel stream() {
        return stream;
    }

    /** Keeps what is written from here on; before the head. */
    void keep(@Nullable Kept where) {
        kept = where;
    }

    /** The answer as it is kept; null if it is not. */
    @Nullable
    Kept kept() {
        return kept;
    }

    /** Nothing leads to the caller any more: until {@link #goOn} what comes is kept and not sent. */
    void cutOff() {
        cutOff = true;
    }

    /** Whether nothing leads to the caller at the moment. */
    boolean isCutOff() {
        return cutOff;
    }

    /**
     * Sends what is kept from an offset on, and all that follows, to another stream.
     *
     * @param done told whether the end was written, if it has been reached already
     */
    void goOn(Channel other, Kept from, long offset, ChannelFutureListener done) {
        stream = other;
        cutOff = false;
        Http2Headers head = new DefaultHttp2Headers()
                .status(HttpResponseStatus.OK.codeAsText())
                .set(TunnelProtocol.KEPT_BY_HEADER, from.agentInstance());
        other.write(new DefaultHttp2HeadersFrame(head, false));
        from.tail().read(offset, bytes -> other.write(new DefaultHttp2DataFrame(bytes, false)));
        if (ended) {
            writeEnd().addListener(done);
        } else {
            other.flush();
        }
    }

    private ChannelFuture writeEnd() {
        return stream.writeAndFlush(
                trailers.isEmpty() ? new DefaultHttp2DataFrame(true) : new DefaultHttp2HeadersFrame(trailers, true));
    }

    /**
     * @param withoutBody whether the head is all there is, which gRPC calls trailers-only
     * @param localService what it took from the head of the request to this one, for the owner's diagnostics
     */
    void head(HttpResponse head, boolean withoutBody, Duration localService) {
        started = true;
        Http2Headers headers = HttpTranslation.toHttp2(head)
                .set(TunnelProtocol.LOCAL_MICROS_HEADER, Long.toString(localService.toNanos() / 1_000));
        if (kept != null) {
            headers.set(TunnelProtocol.KEPT_BY_HEADER, kept.agentInstance());
        }
        ChannelFuture written = stream.write(new DefaultHttp2HeadersFrame(headers, withoutBody));
        if (withoutBody) {
            endedByHead = written;
        }
    }

    void data(ByteBuf bytes) {
        if (kept != null) {
            kept.tail().add(bytes);
        }
        if (cutOff) {
            bytes.release();
        } else {
            stream.write(new DefaultHttp2DataFrame(bytes, false));
        }
    }

    /**
     * The end of an HTTP answer.
     *
     * @param requestEnded whether the whole request was heard
     * @param done told whether all of the answer was written, unless nothing leads to the caller
     */
    void end(LastHttpContent last, boolean requestEnded, ChannelFutureListener done) {
        Kept keeping = kept;
        if (keeping != null) {
            ended = true;
            trailers = HttpTranslation.trailersToHttp2(last.trailingHeaders());
            keeping.tail().add(last.content());
        }
        if (cutOff) {
            last.release();
            return;
        }
        ChannelFutureListener written = future -> {
            if (!requestEnded) {
                // Answered without hearing the request out; the rest of it is not wanted (RFC 9113 §8.1).
                stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
            done.operationComplete(future);
        };
        ChannelFuture headWritten = endedByHead;
        if (headWritten != null) {
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
            Http2Headers fields = HttpTranslation.trailersToHttp2(last.trailingHeaders());
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(fields, true)).addListener(written);
        }
    }

    /** The end of bytes that were no HTTP. */
    ChannelFuture endOfBytes() {
        return stream.writeAndFlush(new DefaultHttp2DataFrame(true));
    }

    /** Says why there is no answer of the local service; only before a head. */
    void noAnswer(OriginFailure failure, boolean requestEnded) {
        Http2Headers head = new DefaultHttp2Headers()
                .status(HttpResponseStatus.BAD_GATEWAY.codeAsText())
                .set(TunnelProtocol.FAILURE_HEADER, failure.wireName());
        started = true;
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(head, true));
        resetIfUnheard(requestEnded);
    }

    /** Answers in the place of the local service, with a body of JSON (RFC 9457); only before a head. */
    void refuse(HttpResponseStatus status, String problem, boolean requestEnded) {
        Http2Headers head = new DefaultHttp2Headers()
                .status(status.codeAsText())
                .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json");
        started = true;
        stream.write(new DefaultHttp2HeadersFrame(head, false));
        // Only then: a reset overtakes data.
        stream.writeAndFlush(new DefaultHttp2DataFrame(ByteBufUtil.writeUtf8(stream.alloc(), problem), true))
                .addListener(_ -> resetIfUnheard(requestEnded));
    }

    private void resetIfUnheard(boolean requestEnded) {
        if (!requestEnded) {
            stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
    }

    /** Breaks off an answer whose head is out: only a reset cannot be mistaken for an end. */
    void breakOff() {
        if (cutOff) {
            return;
        }
        // Behind what was read before: a reset overtakes data that waits for window.
        stream.writeAndFlush(new DefaultHttp2DataFrame(false))
                .addListener(_ -> stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR)));
    }
}
