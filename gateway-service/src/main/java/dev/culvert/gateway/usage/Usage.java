package dev.culvert.gateway.usage;

import dev.culvert.contracts.event.UsageEvent.ApiCallEnded;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.spool.EventSpool;
import dev.culvert.platform.caller.Caller;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;

/** Makes one event of each call of a known caller (requirement S2.35), whatever its answer. */
@Component
public final class Usage {
    private final EventSpool spool;
    private final Clock clock;

    Usage(EventSpool spool, Clock clock) {
        this.spool = spool;
        this.clock = clock;
    }

    /**
     * A call has ended.
     *
     * @param bytes of its bodies
     * @param status what was answered, or stands for no answer
     * @param nanos how long it took
     */
    public void ended(Call call, ServerHttpRequest request, BodyBytes bytes, int status, long nanos) {
        if (call.identity().isEmpty()) {
            return;
        }
        Caller caller = call.identity().get().caller();
        spool.add(
                new ApiCallEnded(
                        caller.userId(),
                        caller.apiKeyId().orElse(null),
                        request.getMethod().name(),
                        Endpoint.of(call.destination(), request.getURI().getRawPath()),
                        status,
                        clock.instant().minusNanos(nanos),
                        TimeUnit.NANOSECONDS.toMicros(nanos),
                        bytes.in(),
                        bytes.out()),
                call);
    }
}
