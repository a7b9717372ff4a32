package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Stage;
import dev.culvert.platform.problem.ProblemAnswer;
import dev.culvert.platform.problem.ProblemWriter;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Answers every failure of the stages and handlers below in the one error body (requirements R1.4, X-2). When part of an
 * answer is already out, only cutting the connection can tell the client.
 */
@Component
final class ErrorCapture implements Stage {
    private final ProblemWriter problems;

    ErrorCapture(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange).onErrorResume(failure -> answer(exchange, failure));
    }

    private Mono<Void> answer(ServerWebExchange exchange, Throwable failure) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.error(failure);
        }
        ProblemAnswer answer = problems.answer(
                failure,
                exchange.getRequest().getURI().getRawPath(),
                Call.of(exchange).correlationId());
        response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
        answer.headers().forEach(response.getHeaders()::set);
        DataBuffer body = response.bufferFactory().wrap(problems.toJson(answer.problem()));
        response.getHeaders().setContentLength(body.readableByteCount());
        return response.writeWith(Mono.just(body));
    }
}
