package dev.culvert.gateway.security;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.security.SecurityProperties.Injection;
import dev.culvert.platform.problem.ProblemException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Notices patterns of SQL injection in addresses and bodies of API calls (requirement S4.48), and refuses such requests where
 * set so. Bodies are looked at as they pass, buffer by buffer; they are not held back.
 */
@Component
public final class InjectionWatch implements Stage {
    private final Injection mode;
    private final SecurityEvents events;

    InjectionWatch(SecurityProperties properties, SecurityEvents events) {
        this.mode = properties.injection();
        this.events = events;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Call call = Call.of(exchange);
        Plane plane = call.destination().plane();
        if (mode == Injection.IGNORE || plane == Plane.DATA || plane == Plane.OWN) {
            return chain.filter(exchange);
        }
        ServerHttpRequest request = exchange.getRequest();
        URI uri = request.getURI();
        String query = uri.getRawQuery();
        if (InjectionPatterns.inAddress(uri.getRawPath()) || (query != null && InjectionPatterns.inAddress(query))) {
            events.record(SecurityEvents.Type.SQL_INJECTION, call, request);
            if (mode == Injection.REFUSE) {
                return Mono.error(refusal());
            }
            return chain.filter(exchange);
        }
        return chain.filter(
                hasText(request.getHeaders())
                        ? exchange.mutate().request(new Watched(request, call)).build()
                        : exchange);
    }

    private static boolean hasText(HttpHeaders headers) {
        boolean body = headers.getContentLength() > 0 || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
        String type = body ? headers.getFirst(HttpHeaders.CONTENT_TYPE) : null;
        return type != null && (type.contains("json") || type.startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE));
    }

    private static ProblemException refusal() {
        return new ProblemException(
                        ProblemCode.VALIDATION_ERROR,
                        "The request looks like an attempt to inject SQL, and is refused.")
                .withAlias("SUSPICIOUS_INPUT");
    }

    private final class Watched extends ServerHttpRequestDecorator {
        private final Call call;
        private final boolean form;

        Watched(ServerHttpRequest request, Call call) {
            super(request);
            this.call = call;
            String type = request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
            this.form = type != null && type.startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE);
        }

        @Override
        public Flux<DataBuffer> getBody() {
            AtomicBoolean recorded = new AtomicBoolean();
            return super.getBody().handle((buffer, sink) -> {
                if (!suspicious(buffer)) {
                    sink.next(buffer);
                    return;
                }
                if (recorded.compareAndSet(false, true)) {
                    events.record(SecurityEvents.Type.SQL_INJECTION, call, this);
                }
                if (mode == Injection.REFUSE) {
                    DataBufferUtils.release(buffer);
                    sink.error(refusal());
                } else {
                    sink.next(buffer);
                }
            });
        }

        private boolean suspicious(DataBuffer buffer) {
            String text = buffer.toString(StandardCharsets.UTF_8);
            return form ? InjectionPatterns.inAddress(text) : InjectionPatterns.inText(text);
        }
    }
}
