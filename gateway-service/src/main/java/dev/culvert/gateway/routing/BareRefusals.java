package dev.culvert.gateway.routing;

import dev.culvert.contracts.problem.Problem;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.protocol.ConnectionPart;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.problem.ProblemAnswer;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ProblemWriter;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * Requests that are no HTTP are refused by the server below, before any stage sees them, and without a body. This puts the
 * one error body (requirement R1.4) into such answers. They are told by the correlation id, which every answer of the
 * stages carries and these do not. HTTP/2 has answers of its own for what is no HTTP: it resets the stream.
 */
@Component
final class BareRefusals implements ConnectionPart {
    private final ProblemWriter problems;
    private final Duration headTime;

    BareRefusals(ProblemWriter problems, RoutingProperties properties) {
        this.problems = problems;
        this.headTime = properties.request().headTime();
    }

    @Override
    public void onHttp1(ChannelPipeline pipeline, String codec, String requests) {
        SlowHead slowHead = new SlowHead(headTime);
        pipeline.addBefore(codec, "culvert.headStarted", slowHead.start())
                .addAfter(codec, "culvert.slowHead", slowHead)
                .addAfter(codec, "culvert.bareRefusals", new Filler());
    }

    private FullHttpResponse filled(HttpResponseStatus status) {
        String id = Correlation.accept(null);
        ProblemAnswer answer = problems.answer(refusal(status.code()), "", id);
        byte[] body = problems.toJson(answer.problem());
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, "close")
                .set(Correlation.HEADER, id);
        return response;
    }

    private static ProblemException refusal(int status) {
        return switch (status) {
            case 408 ->
                new ProblemException(
                        ProblemCode.REQUEST_TIMEOUT_CLIENT,
                        "The headers stopped coming. Send them without long pauses.");
            case 413 -> new ProblemException(ProblemCode.PAYLOAD_TOO_LARGE, "The body is too large.");
            case 414 -> new ProblemException(ProblemCode.URI_TOO_LONG, "The request line is too long.");
            case 431 -> new ProblemException(ProblemCode.HEADERS_TOO_LARGE, "The headers are too large.");
            default ->
                new ProblemException(
                        ProblemCode.VALIDATION_ERROR,
                        "The request is not well-formed HTTP. Characters that an address cannot hold must be encoded.");
        };
    }

    private final class Filler extends ChannelOutboundHandlerAdapter {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the promise tells the writer
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof FullHttpResponse bare
                    && bare.status().code() >= 400
                    && !bare.headers().contains(Correlation.HEADER)) {
                HttpResponseStatus status = bare.status();
                ReferenceCountUtil.release(bare);
                context.write(filled(status), promise);
            } else {
                context.write(message, promise);
            }
        }
    }
}
