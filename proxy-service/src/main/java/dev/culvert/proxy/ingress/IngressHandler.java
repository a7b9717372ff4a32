package dev.culvert.proxy.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemAnswer;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ProblemWriter;
import dev.culvert.proxy.proxy.ProxyRoute;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** One request from its head to its end: who calls, which proxy is meant, off to a target, and an answer in any case. */
@Component
class IngressHandler {
    private static final Logger log = LoggerFactory.getLogger(IngressHandler.class);
    private static final Pattern SAFE_CORRELATION = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private final Admissions admissions;
    private final Forwarder forwarder;
    private final ProblemWriter problems;
    private final IngressMetrics metrics;

    IngressHandler(Admissions admissions, Forwarder forwarder, ProblemWriter problems, IngressMetrics metrics) {
        this.admissions = admissions;
        this.forwarder = forwarder;
        this.problems = problems;
        this.metrics = metrics;
    }

    Mono<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        String correlationId = correlationId(request);
        return metrics.measured(
                        request,
                        response,
                        route(request)
                                .flatMap(route -> forwarder.forward(route, request, response, correlationId))
                                .onErrorResume(failure -> answer(failure, request, response, correlationId)))
                .onErrorComplete(); // told the caller and the log already
    }

    private Mono<Admitted> route(HttpServerRequest request) {
        return Mono.defer(() -> {
            RequestPath path = RequestPath.parse(request.uri());
            String token = request.requestHeaders().get(HeaderNames.CALLER_TOKEN);
            if (token == null) {
                throw new ProblemException(
                        ProblemCode.AUTH_TOKEN_MISSING, "Send the request to the gateway, with a token or an API key.");
            }
            return admissions.admit(token, path.name()).map(route -> new Admitted(route, path.rest()));
        });
    }

    /**
     * A request that may go on.
     *
     * @param rest raw path and query for the target
     */
    record Admitted(ProxyRoute route, String rest) {}

    private Mono<Void> answer(
            Throwable failure, HttpServerRequest request, HttpServerResponse response, String correlationId) {
        return response.hasSentHeaders()
                ? cutOff(failure, response, correlationId)
                : answerProblem(failure, request, response, correlationId);
    }

    /** Once an answer has begun, only the end of the connection before the end of the answer tells that it is not whole. */
    private static Mono<Void> cutOff(Throwable failure, HttpServerResponse response, String correlationId) {
        log.atWarn()
                .setCause(failure)
                .addKeyValue("correlation_id", correlationId)
                .log("A target broke off in the middle of its answer");
        response.withConnection(connection -> {
            var _ = connection.channel().close();
        });
        return Mono.error(failure);
    }

    private Mono<Void> answerProblem(
            Throwable failure, HttpServerRequest request, HttpServerResponse response, String correlationId) {
        ProblemAnswer answer = problems.answer(failure, path(request), correlationId);
        byte[] body = problems.toJson(answer.problem());
        response.status(answer.status());
        response.responseHeaders().clear();
        answer.headers().forEach(response::header);
        response.header(HeaderNames.CORRELATION_ID, correlationId);
        response.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
        return response.sendObject(Unpooled.wrappedBuffer(body)).then();
    }

    private static String path(HttpServerRequest request) {
        String uri = request.uri();
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static String correlationId(HttpServerRequest request) {
        return Optional.ofNullable(request.requestHeaders().get(HeaderNames.CORRELATION_ID))
                .filter(id -> SAFE_CORRELATION.matcher(id).matches())
                .orElseGet(() -> UUID.randomUUID().toString());
    }
}
