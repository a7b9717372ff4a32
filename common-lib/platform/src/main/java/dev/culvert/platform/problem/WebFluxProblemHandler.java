package dev.culvert.platform.problem;

import dev.culvert.platform.correlation.ReactiveCorrelation;
import org.springframework.boot.webflux.error.ErrorWebExceptionHandler;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Answers every failure of a WebFlux application; before Spring's own handlers, which would only set a status. */
@Order(-2)
final class WebFluxProblemHandler implements ErrorWebExceptionHandler {
    private final ProblemWriter writer;

    WebFluxProblemHandler(ProblemWriter writer) {
        this.writer = writer;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.error(failure);
        }
        String path = exchange.getRequest().getPath().value();
        ProblemAnswer answer = writer.answer(failure, path, ReactiveCorrelation.of(exchange));
        response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
        answer.headers().forEach(response.getHeaders()::set);
        DataBuffer body = response.bufferFactory().wrap(writer.toJson(answer.problem()));
        response.getHeaders().setContentLength(body.readableByteCount());
        return response.writeWith(Mono.just(body));
    }
}
