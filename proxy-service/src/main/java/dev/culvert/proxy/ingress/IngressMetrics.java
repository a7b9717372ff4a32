package dev.culvert.proxy.ingress;

import dev.culvert.proxy.proxy.ProxyDirectory;
import dev.culvert.proxy.proxy.Target;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** What an operator sees of the data port: requests by status and time, targets that failed, proxies that run. */
@Component
class IngressMetrics {
    private static final Logger log = LoggerFactory.getLogger(IngressMetrics.class);

    /** Others are counted together: a caller may write any word there. */
    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS);

    private final MeterRegistry registry;
    private final ProxyDirectory directory;
    private final AtomicLong running = new AtomicLong();
    private final AtomicLong open = new AtomicLong();

    IngressMetrics(MeterRegistry registry, ProxyDirectory directory) {
        this.registry = registry;
        this.directory = directory;
        Gauge.builder("proxy.instances.active", running, AtomicLong::get)
                .description("Proxies that are not stopped, of all tenants")
                .register(registry);
        Gauge.builder("culvert.proxy.requests.open", open, AtomicLong::get)
                .description("Requests under way on this replica")
                .register(registry);
    }

    @Scheduled(fixedDelay = 15_000)
    void countRunning() {
        try {
            running.set(directory.countRunning());
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Running proxies cannot be counted now");
        }
    }

    /** The exchange with its duration taken, however it ends. */
    Mono<Void> measured(HttpServerRequest request, HttpServerResponse response, Mono<Void> exchange) {
        return Mono.defer(() -> {
            long begun = System.nanoTime();
            open.incrementAndGet();
            return exchange.doFinally(end -> {
                open.decrementAndGet();
                Timer.builder("culvert.proxy.request.duration")
                        .description("Requests through proxies, to the last byte of the answer")
                        .tag(
                                "method",
                                METHODS.contains(request.method())
                                        ? request.method().name()
                                        : "OTHER")
                        .tag("status", Integer.toString(response.status().code()))
                        .tag("outcome", outcome(end))
                        .register(registry)
                        .record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
            });
        });
    }

    private static String outcome(SignalType end) {
        return switch (end) {
            case CANCEL -> "caller_gone";
            case ON_ERROR -> "cut_off";
            default -> "answered";
        };
    }

    void targetFailed(Target target) {
        Counter.builder("culvert.proxy.target.failures")
                .description("Requests that a target did not take")
                .tag("type", target instanceof Target.Tunnel ? "tunnel" : "url")
                .register(registry)
                .increment();
    }
}
