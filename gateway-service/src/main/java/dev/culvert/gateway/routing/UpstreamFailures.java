package dev.culvert.gateway.routing;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ProblemTranslator;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;

/** What went wrong between gateway and service, told apart for the caller: not there (503), too slow (504), broke off (502). */
@Component
@Order(0)
final class UpstreamFailures implements ProblemTranslator {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    @Override
    public Optional<ProblemException> translate(Throwable failure) {
        return Optional.ofNullable(
                switch (failure) {
                    case ConnectException _,
                            NoRouteToHostException _,
                            UnknownHostException _,
                            PoolAcquirePendingLimitException _,
                            PoolAcquireTimeoutException _ -> unavailable(failure);
                    case ResponseStatusException e when e.getStatusCode() == HttpStatus.GATEWAY_TIMEOUT -> tooSlow();
                    case IOException _, DecoderException _ -> brokeOff(failure);
                    default -> null;
                });
    }

    static ProblemException tooSlow() {
        return new ProblemException(ProblemCode.REQUEST_TIMEOUT, "The service did not answer in time.");
    }

    private static @Nullable ProblemException unavailable(Throwable cause) {
        return new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "The service cannot be reached right now.", cause)
                .withRetryAfter(TRY_AGAIN);
    }

    private static @Nullable ProblemException brokeOff(Throwable cause) {
        return new ProblemException(
                ProblemCode.UPSTREAM_ERROR, "The service closed the connection before it had answered.", cause);
    }
}
