package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.usage.BodyBytes;
import dev.culvert.gateway.usage.Usage;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.correlation.Correlation;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * One log line, one measurement and one event of use per request, and the time it took on the answer (requirements R1.5,
 * R1.5a, S2.35). The query is not logged: it can hold secrets such as the token of a verification link. An answer that
 * somebody must look after is an error (requirement S3.56), a refusal is not.
 */
@Component
final class AccessLog implements Stage {
    static final String NAME = "dev.culvert.gateway.access";

    private static final Logger log = LoggerFactory.getLogger(NAME);
    /** Where the trace id stands in a {@code traceparent}. */
    private static final int TRACE_ID_START = 3;

    private static final int TRACE_ID_END = 35;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_MILLISECOND = 1_000;
    private static final double NANOS_PER_MILLISECOND = 1e6;

    /** What nginx made customary for a client that closed the connection before the answer was complete. */
    private static final int CLIENT_GONE = 499;

    private final RequestMetrics metrics;
    private final Usage usage;

    AccessLog(RequestMetrics metrics, Usage usage) {
        this.metrics = metrics;
        this.usage = usage;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Call call = Call.of(exchange);
        BodyBytes bytes = BodyBytes.of(exchange.getRequest());
        metrics.started();
        ServerHttpResponse response = exchange.getResponse();
        response.beforeCommit(() -> {
            HttpHeaders headers = response.getHeaders();
            long micros = TimeUnit.NANOSECONDS.toMicros(call.elapsedNanos());
            headers.set("X-Process-Time", decimal(micros, MICROS_PER_SECOND));
            headers.set("X-Response-Time", decimal(micros, MICROS_PER_MILLISECOND));
            return Mono.empty();
        });
        return chain.filter(exchange).doFinally(end -> record(exchange, call, bytes, end));
    }

    /** As many decimals as the unit has zeros; by hand, because {@link String#format} costs more than the rest of this stage. */
    private static String decimal(long micros, long unit) {
        return micros / unit + "." + Long.toString(unit + micros % unit).substring(1);
    }

    private void record(ServerWebExchange exchange, Call call, BodyBytes bytes, SignalType end) {
        int status = end == SignalType.CANCEL
                ? CLIENT_GONE
                : Optional.ofNullable(exchange.getResponse().getStatusCode())
                        .map(HttpStatusCode::value)
                        .orElse(200);
        long nanos = call.elapsedNanos();
        metrics.ended(exchange.getRequest().getMethod(), call.destination().route(), status, nanos);
        usage.ended(call, exchange.getRequest(), bytes, status, nanos);
        try (Correlation.Open _ = Correlation.open(call.correlationId())) {
            log(exchange, call, status, nanos);
        }
    }

    private static void log(ServerWebExchange exchange, Call call, int status, long nanos) {
        MDC.put("traceId", call.traceparent().substring(TRACE_ID_START, TRACE_ID_END));
        double millis = nanos / NANOS_PER_MILLISECOND;
        (status >= 500 ? log.atError() : log.atInfo())
                .addKeyValue("action", "request")
                .addKeyValue("protocol", protocol(exchange))
                .addKeyValue("method", exchange.getRequest().getMethod())
                .addKeyValue("path", exchange.getRequest().getURI().getRawPath())
                .addKeyValue("endpoint", call.destination().route())
                .addKeyValue("status_code", status)
                .addKeyValue("duration_ms", millis)
                .addKeyValue("response_time_ms", millis)
                .addKeyValue("client", call.client().address())
                .addKeyValue("user_id", callerId(call, Caller::userId))
                .addKeyValue("tenant_id", callerId(call, Caller::tenantId))
                .addKeyValue(
                        "api_key_id", callerId(call, caller -> caller.apiKeyId().orElse(null)))
                .log("Request answered");
    }

    private static String protocol(ServerWebExchange exchange) {
        return UpgradeSplice.channelOf(exchange.getRequest()) instanceof Http2StreamChannel ? "HTTP/2" : "HTTP/1.1";
    }

    private static @Nullable UUID callerId(Call call, Function<Caller, @Nullable UUID> id) {
        return call.identity().isPresent() ? id.apply(call.identity().get().caller()) : null;
    }
}
