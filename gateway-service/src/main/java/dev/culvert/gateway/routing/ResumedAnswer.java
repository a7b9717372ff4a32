package dev.culvert.gateway.routing;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.gateway.call.Elsewhere;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientResponse;
import reactor.util.retry.Retry;

/**
 * Goes on with an answer from a tunnel when the replica it came through is lost: another replica is asked for the bytes behind
 * those that are here, which the tunnel's agent still has. The client sees a pause and no missing or doubled byte; where the
 * rest cannot be had, it sees the answer break off.
 */
@Component
final class ResumedAnswer {
    private static final Logger log = LoggerFactory.getLogger(ResumedAnswer.class);
    private static final String PROGRESS = ResumedAnswer.class.getName();
    private static final String TUNNELS = "/t/";
    private static final int SECRET_BYTES = 16;

    /** As long as an agent keeps an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Retry AGAIN = Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(100))
            .filter(failure -> failure instanceof IOException || (failure instanceof Lost lost && lost.forNow));

    private static final SecureRandom RANDOM = new SecureRandom();

    private final UpstreamConnections connections;

    ResumedAnswer(UpstreamConnections connections) {
        this.connections = connections;
    }

    /** What is known of one answer; on the event loop of the client's connection. */
    private static final class Progress {
        private final String token;
        private @Nullable String agent;
        private long received;

        Progress(String token) {
            this.token = token;
        }
    }

    /** The rest is not to be had; a replica that has no agent at the moment may have one in the next. */
    private static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final boolean forNow;

        Lost(HttpResponseStatus status) {
            super("The rest of an answer was refused with " + status, null, false, false);
            this.forNow = status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE);
        }
    }

    /** Asks the service to make its answer one that can be gone on with, where it is a tunnel's; each time it is sent. */
    static void prepare(ServerWebExchange exchange, HttpHeaders request) {
        if (exchange.getRequest().getPath().value().startsWith(TUNNELS)) {
            byte[] secret = new byte[SECRET_BYTES];
            RANDOM.nextBytes(secret);
            Progress progress = new Progress(HexFormat.of().formatHex(secret));
            exchange.getAttributes().put(PROGRESS, progress);
            request.set(HeaderNames.RESUME_TOKEN, progress.token);
        }
    }

    /** Notes what the head of the answer says. */
    static void arrived(ServerWebExchange exchange, HttpClientResponse answer) {
        Progress progress = exchange.getAttribute(PROGRESS);
        if (progress != null) {
            progress.agent = answer.responseHeaders().get(HeaderNames.RESUME_AGENT);
        }
    }

    /** All bytes of the body, retained, over as many connections as it takes. */
    Flux<ByteBuf> body(ServerWebExchange exchange, Connection service) {
        Progress progress = exchange.getAttribute(PROGRESS);
        Flux<ByteBuf> bytes = service.inbound().receive().retain();
        if (progress == null || progress.agent == null) {
            return bytes;
        }
        return bytes.doOnNext(piece -> progress.received += piece.readableBytes())
                .onErrorResume(IOException.class, failure -> rest(exchange, progress, failure));
    }

    private Flux<ByteBuf> rest(ServerWebExchange exchange, Progress progress, IOException failure) {
        Elsewhere elsewhere = exchange.getAttribute(Elsewhere.ATTRIBUTE);
        if (elsewhere == null) {
            return Flux.error(failure);
        }
        return Mono.defer(() -> ask(exchange, progress, elsewhere))
                .retryWhen(AGAIN)
                .timeout(PATIENCE)
                .onErrorMap(second -> {
                    log.atInfo().addKeyValue("reason", second.getMessage()).log("An answer breaks off");
                    return failure;
                })
                .flatMapMany(connection -> body(exchange, connection));
    }

    private Mono<Connection> ask(ServerWebExchange exchange, Progress progress, Elsewhere elsewhere) {
        return connections
                .of(UpgradeSplice.channelOf(exchange.getRequest()))
                .client()
                .headers(headers -> headers.add(UpstreamHeaders.request(exchange))
                        .remove(HttpHeaderNames.CONTENT_LENGTH)
                        .set(HeaderNames.RESUME_TOKEN, progress.token)
                        .set(HeaderNames.RESUME_AGENT, String.valueOf(progress.agent))
                        .set(HeaderNames.RESUME_FROM, Long.toString(progress.received)))
                .get()
                .uri(elsewhere.next())
                .responseConnection((answer, connection) -> take(exchange, answer, connection))
                .single();
    }

    private static Mono<Connection> take(ServerWebExchange exchange, HttpClientResponse answer, Connection connection) {
        if (!answer.responseHeaders().contains(HeaderNames.RESUME_AGENT)) {
            connection.dispose();
            return Mono.error(new Lost(answer.status()));
        }
        exchange.getAttributes().put(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR, connection);
        log.atInfo().log("An answer goes on through another replica");
        return Mono.just(connection);
    }
}
