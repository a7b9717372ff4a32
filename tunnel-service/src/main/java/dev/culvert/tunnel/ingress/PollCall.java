package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnel.edge.PolledLink;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request of an agent that polls (requirement R4.1e): collects its short body, does what it asks for, and answers. On the
 * event loop of the agent's connection, whatever loop its link has.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class PollCall {
    private final Ingress ingress;
    private final Channel client;
    private final HttpRequest request;
    private final Runnable over;
    private final ByteBuf body;
    private boolean whole;
    private boolean gone;
    private @Nullable Channel hop;

    /**
     * @param over told when it is answered and the connection goes on
     */
    PollCall(Ingress ingress, Channel client, HttpRequest request, Runnable over) {
        this.ingress = ingress;
        this.client = client;
        this.request = request;
        this.over = over;
        this.body = client.alloc().buffer(0, TunnelProtocol.MAX_POLLED_BYTES);
    }

    boolean takesContent() {
        return !whole;
    }

    void onContent(HttpContent content) {
        try {
            if (content.content().readableBytes() > body.maxWritableBytes()) {
                whole = true;
                refuseAndClose(new ProblemException(
                        ProblemCode.PAYLOAD_TOO_LARGE,
                        "A poll carries at most " + TunnelProtocol.MAX_POLLED_BYTES + " bytes."));
                return;
            }
            body.writeBytes(content.content());
            whole = content instanceof LastHttpContent;
        } finally {
            content.release();
        }
        if (whole) {
            try {
                act();
            } catch (RuntimeException e) {
                releaseBody();
                refuse(e);
            }
        }
    }

    private void releaseBody() {
        if (body.refCnt() > 0) {
            body.release();
        }
    }

    /** What was sent and not confirmed is sent again when the agent asks again. */
    void onClientGone() {
        gone = true;
        if (!whole) {
            body.release();
        }
        Channel other = hop;
        if (other != null) {
            other.close();
        }
    }

    private void act() {
        String path = new QueryStringDecoder(request.uri()).path();
        if (path.length() <= TunnelProtocol.POLL_PATH.length() + 1) {
            open();
            return;
        }
        String id = path.substring(TunnelProtocol.POLL_PATH.length() + 1);
        Optional<Member> elsewhere = ingress.polls().elsewhere(id);
        if (elsewhere.isPresent()) {
            hop = ingress.peers()
                    .passPoll(
                            elsewhere.get(),
                            client.eventLoop(),
                            request,
                            body,
                            this::answer,
                            failure -> refuse(IngressProblems.replicaGone(failure)));
            return;
        }
        PolledLink link = ingress.polls().find(id).orElse(null);
        if (link == null) {
            throw noLink();
        }
        ingress.admission()
                .admit(Credentials.take(request.headers()), link.tunnel())
                .whenComplete((admitted, failure) -> client.eventLoop().execute(() -> {
                    if (admitted != null && link.isOf(admitted.caller())) {
                        use(link);
                    } else {
                        body.release();
                        refuse(failure == null ? noLink() : failure);
                    }
                }));
    }

    private static ProblemException noLink() {
        return new ProblemException(ProblemCode.NOT_FOUND, "There is no such link. Open another one.");
    }

    private void open() {
        body.release();
        if (!HttpMethod.POST.equals(request.method())) {
            throw wrongMethod("POST");
        }
        if (ingress.gate().avoids(request)) {
            answer(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.MISDIRECTED_REQUEST));
            return;
        }
        if (ingress.draining().get()) {
            throw IngressProblems.agentsElsewhere();
        }
        ingress.polls()
                .open(request, Credentials.take(request.headers()), client)
                .whenComplete((id, failure) -> client.eventLoop().execute(() -> {
                    if (failure == null) {
                        FullHttpResponse opened = response(
                                HttpResponseStatus.CREATED,
                                ("{\"link\":\"" + id + "\"}").getBytes(StandardCharsets.US_ASCII));
                        opened.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
                        answer(opened);
                    } else {
                        refuse(failure);
                    }
                }));
    }

    private void use(PolledLink link) {
        try {
            if (HttpMethod.GET.equals(request.method())) {
                body.release();
                link.poll(offset(TunnelProtocol.FROM_PARAMETER), this::answer);
            } else if (HttpMethod.POST.equals(request.method())) {
                long at = offset(TunnelProtocol.AT_PARAMETER);
                link.push(at, body, this::answer);
            } else if (HttpMethod.DELETE.equals(request.method())) {
                body.release();
                link.close();
                answer(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT));
            } else {
                throw wrongMethod("GET, POST, DELETE");
            }
        } catch (ProblemException e) {
            releaseBody();
            refuse(e);
        }
    }

    private static ProblemException wrongMethod(String allowed) {
        return new ProblemException(ProblemCode.METHOD_NOT_ALLOWED, "This method is not used here.")
                .withHeader(HttpHeaderNames.ALLOW.toString(), allowed);
    }

    private long offset(String parameter) {
        List<String> values = new QueryStringDecoder(request.uri()).parameters().getOrDefault(parameter, List.of());
        try {
            long offset = Long.parseLong(values.isEmpty() ? "" : values.getFirst());
            if (offset >= 0) {
                return offset;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number that none can be.
        }
        throw new ProblemException(
                ProblemCode.VALIDATION_ERROR, "Give the offset in the query parameter '" + parameter + "'.");
    }

    /** From the link's event loop. */
    private void answer(PolledLink.Reply reply) {
        client.eventLoop().execute(() -> {
            FullHttpResponse response = response(HttpResponseStatus.valueOf(reply.status()), reply.body());
            if (reply.body().length > 0) {
                response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM);
            }
            answer(response);
        });
    }

    private static FullHttpResponse response(HttpResponseStatus status, byte[] body) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store, no-transform");
        return response;
    }

    private void refuse(Throwable failure) {
        answer(problem(failure, false));
    }

    private FullHttpResponse problem(Throwable failure, boolean close) {
        String requestId = Correlation.accept(request.headers().get(HeaderNames.CORRELATION_ID));
        return ProblemResponses.of(ingress.problems(), failure, TunnelProtocol.POLL_PATH, requestId, close);
    }

    private void refuseAndClose(ProblemException failure) {
        body.release();
        client.writeAndFlush(problem(failure, true)).addListener(ChannelFutureListener.CLOSE);
    }

    private void answer(FullHttpResponse response) {
        if (gone) {
            response.release();
            return;
        }
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        if (response.status().code() != HttpResponseStatus.NO_CONTENT.code()) {
            response.headers()
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        }
        HttpUtil.setKeepAlive(response, keepAlive);
        client.writeAndFlush(response).addListener(written -> {
            if (!keepAlive) {
                client.close();
            }
        });
        over.run();
    }
}
