package dev.culvert.gateway.routing;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.core.publisher.Flux;

/** A request whose body fails once it exceeds the limit, which it need not tell beforehand, or pauses for too long. */
final class CappedRequest extends ServerHttpRequestDecorator {
    private final long limit;
    private final Duration pause;

    CappedRequest(ServerHttpRequest request, long limit, Duration pause) {
        super(request);
        this.limit = limit;
        this.pause = pause;
    }

    @Override
    public Flux<DataBuffer> getBody() {
        return Flux.defer(() -> {
            AtomicLong seen = new AtomicLong();
            return super.getBody()
                    .timeout(pause)
                    .onErrorMap(TimeoutException.class, _ -> tooSlow())
                    .handle((buffer, sink) -> {
                        if (seen.addAndGet(buffer.readableByteCount()) <= limit) {
                            sink.next(buffer);
                        } else {
                            DataBufferUtils.release(buffer);
                            sink.error(tooLarge(limit));
                        }
                    });
        });
    }

    static ProblemException tooLarge(long limit) {
        return new ProblemException(ProblemCode.PAYLOAD_TOO_LARGE, "A body may have at most " + limit + " bytes here.");
    }

    private static ProblemException tooSlow() {
        return new ProblemException(
                ProblemCode.REQUEST_TIMEOUT_CLIENT, "The body stopped coming. Send it without long pauses.");
    }
}
