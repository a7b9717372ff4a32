package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Call;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/**
 * The gateway's own part of a trace: one server span for a call, between the caller's span and those of the services. Made only
 * where spans go anywhere and the trace is sampled, so that all other calls pay nothing.
 */
@Component
final class GatewaySpans {
    private static final int TRACE_ID_START = 3;
    private static final int TRACE_ID_END = 35;
    private static final int SPAN_ID_START = 36;
    private static final int SPAN_ID_END = 52;
    private static final int FIRST_FAILURE = 500;

    private final Optional<Tracer> tracer;

    GatewaySpans(ObjectProvider<Tracer> tracers, ObjectProvider<SpanExporter> exporters) {
        tracer = exporters.stream().findAny().flatMap(_ -> Optional.ofNullable(tracers.getIfAvailable()));
    }

    /** Whether there is anybody to tell. */
    boolean wanted() {
        return tracer.isPresent();
    }

    /** A span below the caller's; empty when the caller's trace is not sampled. */
    Optional<Span> below(String traceparent) {
        TraceFlags flags = TraceFlags.fromHex(traceparent, SPAN_ID_END + 1);
        if (!flags.isSampled()) {
            return Optional.empty();
        }
        SpanContext caller = SpanContext.createFromRemoteParent(
                traceparent.substring(TRACE_ID_START, TRACE_ID_END),
                traceparent.substring(SPAN_ID_START, SPAN_ID_END),
                flags,
                TraceState.getDefault());
        return begin(Context.root().with(Span.wrap(caller)));
    }

    /** The first span of a trace, which may turn out not to be sampled. */
    Optional<Span> first() {
        return begin(Context.root());
    }

    private Optional<Span> begin(Context parent) {
        return tracer.map(known -> {
            SpanBuilder span =
                    known.spanBuilder("HTTP").setSpanKind(SpanKind.SERVER).setParent(parent);
            return span.startSpan();
        });
    }

    /** What services are told of it. */
    static String traceparent(Span span) {
        SpanContext context = span.getSpanContext();
        return "00-" + context.getTraceId() + '-' + context.getSpanId() + '-'
                + context.getTraceFlags().asHex();
    }

    /** The names are those of OpenTelemetry's conventions for HTTP servers. */
    static void end(Span span, ServerWebExchange exchange) {
        if (span.isRecording()) {
            Call call = Call.of(exchange);
            String method = exchange.getRequest().getMethod().name();
            HttpStatusCode status = exchange.getResponse().getStatusCode();
            span.updateName(method + ' ' + call.destination().route());
            span.setAttribute("http.request.method", method);
            span.setAttribute("http.route", call.destination().route());
            span.setAttribute("url.path", exchange.getRequest().getURI().getRawPath());
            span.setAttribute("url.scheme", call.client().scheme());
            if (status != null) {
                span.setAttribute("http.response.status_code", status.value());
                if (status.value() >= FIRST_FAILURE) {
                    span.setStatus(StatusCode.ERROR);
                }
            }
        }
        span.end();
    }
}
