package dev.culvert.proxy.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.proxy.ingress.IngressHandler.Admitted;
import dev.culvert.proxy.proxy.Target;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.timeout.ReadTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Sends a request to a proxy's targets, one after the other, until one takes it. Going on to the next is possible only
 * before the first byte of an answer has gone to the caller, and only while the request's body can be had again
 * ({@link ReplayableBody}). What counts as not taken:
 *
 * <ul>
 *   <li>no connection to the target: always, since nothing was sent;
 *   <li>502 or 503 from tunnel-service: nobody behind the tunnel took the request;
 *   <li>504 from tunnel-service, or a connection that ended without an answer: somebody may have worked on the request, so
 *       only when its method may be repeated (RFC 9110 §9.2.2).
 * </ul>
 */
@Component
class Forwarder {
    private static final Set<HttpMethod> REPEATABLE = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE, HttpMethod.PUT, HttpMethod.DELETE);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Upstreams upstreams;
    private final Ejections ejections;
    private final IngressMetrics metrics;
    private final LastActivity activity;
    private final IngressProperties properties;

    Forwarder(
            Upstreams upstreams,
            Ejections ejections,
            IngressMetrics metrics,
            LastActivity activity,
            IngressProperties properties) {
        this.upstreams = upstreams;
        this.ejections = ejections;
        this.metrics = metrics;
        this.activity = activity;
        this.properties = properties;
    }

    /** The exchange with the targets; fails with a problem, or with anything else once an answer has begun. */
    Mono<Void> forward(
            Admitted admitted, HttpServerRequest request, HttpServerResponse response, String correlationId) {
        activity.note(admitted.route().proxyId());
        return new Exchange(admitted, request, response, correlationId).run();
    }

    private final class Exchange {
        private final Admitted admitted;
        private final HttpServerRequest request;
        private final HttpServerResponse response;
        private final String correlationId;
        private final List<Target> targets;
        private final ReplayableBody body;
        private final List<String> failures = new ArrayList<>();

        Exchange(Admitted admitted, HttpServerRequest request, HttpServerResponse response, String correlationId) {
            this.admitted = admitted;
            this.request = request;
            this.response = response;
            this.correlationId = correlationId;
            this.targets = ejections.inOrder(admitted.route());
            this.body = new ReplayableBody(
                    request.receive(), loop(request), properties.keptBody().toBytes());
        }

        Mono<Void> run() {
            return attempt(0).doFinally(_ -> body.close());
        }

        private Mono<Void> attempt(int number) {
            Target target = targets.get(number);
            return send(target).onErrorResume(TargetFailedException.class, failed -> {
                failures.add(failed.what());
                ejections.failed(admitted.route().proxyId(), target);
                metrics.targetFailed(target);
                if (number + 1 == targets.size()) {
                    return Mono.error(noneTookIt());
                }
                return body.isSpent() ? Mono.error(bodyIsSpent()) : attempt(number + 1);
            });
        }

        private Mono<Void> send(Target target) {
            AtomicBoolean sent = new AtomicBoolean();
            HttpClient client = upstreams
                    .client(target)
                    .doOnRequest((_, _) -> sent.set(true))
                    .headers(headers -> {
                        ForwardedHeaders.toTarget(request.requestHeaders(), headers, target);
                        headers.set(HeaderNames.CORRELATION_ID, correlationId);
                    });
            return client.request(request.method())
                    .uri(upstreams.uri(target, admitted.rest()))
                    .send((_, out) -> sendBody(out))
                    .response((answer, content) -> pass(target, answer, content))
                    .then()
                    .onErrorMap(failure -> !response.hasSentHeaders(), failure -> judge(failure, sent.get()));
        }

        private Publisher<Void> sendBody(NettyOutbound out) {
            return hasBody(request) ? out.send(body.forNextTarget()) : out;
        }

        private Publisher<Void> pass(Target target, HttpClientResponse answer, ByteBufFlux content) {
            int status = answer.status().code();
            if (target instanceof Target.Tunnel && mayTryNext(status)) {
                return Mono.error(new TargetFailedException("answered " + status));
            }
            ejections.succeeded(admitted.route().proxyId(), target);
            response.status(answer.status());
            response.responseHeaders().clear();
            ForwardedHeaders.toCaller(answer.responseHeaders(), response.responseHeaders());
            response.responseHeaders().set(HeaderNames.CORRELATION_ID, correlationId);
            response.chunkedTransfer(!response.responseHeaders().contains(HttpHeaderNames.CONTENT_LENGTH));
            return response.send(content.retain(), _ -> true).then();
        }

        private boolean mayTryNext(int status) {
            return status == 502 || status == 503 || (status == 504 && REPEATABLE.contains(request.method()));
        }

        /** What a failure before the answer means for the request. */
        private Throwable judge(Throwable failure, boolean sent) {
            if (failure instanceof TargetFailedException) {
                return failure;
            }
            if (failure instanceof ReplayableBody.SpentException) {
                return bodyIsSpent();
            }
            if (!sent) {
                return new TargetFailedException("could not be reached", failure);
            }
            if (failure instanceof ReadTimeoutException) {
                return new ProblemException(
                        ProblemCode.REQUEST_TIMEOUT,
                        "The target sent nothing for "
                                + properties.idleTimeout().toSeconds() + " s.",
                        failure);
            }
            if (REPEATABLE.contains(request.method())) {
                return new TargetFailedException("ended the connection", failure);
            }
            return new ProblemException(
                    ProblemCode.UPSTREAM_ERROR, "The target ended the connection without an answer.", failure);
        }

        private ProblemException bodyIsSpent() {
            return new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE,
                            "A target failed after it had taken a part of the body too large to be kept. Send the "
                                    + "request again: another target comes first then.")
                    .withRetryAfter(RETRY_AFTER);
        }

        private ProblemException noneTookIt() {
            return new ProblemException(
                            ProblemCode.NO_HEALTHY_TARGET,
                            "None of the proxy's " + targets.size() + " targets took the request: "
                                    + String.join(", ", failures) + ".")
                    .withRetryAfter(RETRY_AFTER);
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH);
        return length == null
                ? request.requestHeaders().contains(HttpHeaderNames.TRANSFER_ENCODING)
                : !length.equals("0");
    }

    private static EventLoop loop(HttpServerRequest request) {
        EventLoop[] loop = new EventLoop[1];
        request.withConnection(connection -> loop[0] = connection.channel().eventLoop());
        return loop[0];
    }
}
