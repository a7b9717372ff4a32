package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.ratelimit.OwnEndpoints.answer;
import static dev.culvert.gateway.ratelimit.OwnEndpoints.at;
import static dev.culvert.gateway.ratelimit.OwnEndpoints.caller;
import static dev.culvert.gateway.ratelimit.OwnEndpoints.require;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.gateway.ratelimit.RateLimitProperties.PacingProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/** What callers can ask about the {@link PacingQueue} of the gateway that answers (requirement R6.4a). */
@Configuration(proxyBeanMethods = false)
class QueueEndpoints {
    /**
     * The queue now.
     *
     * @param waiting calls of everybody
     * @param own calls of the one who asks
     * @param places most calls that can wait
     */
    record Status(boolean enabled, int waiting, int own, int places, long longestWaitSeconds) {}

    record Drained(int released) {}

    private final PacingQueue queue;

    QueueEndpoints(PacingQueue queue) {
        this.queue = queue;
    }

    @Bean
    RouterFunction<ServerResponse> queueRoutes() {
        return RouterFunctions.route()
                .route(at(HttpMethod.GET, "/queue/status"), request -> answer(status(request)))
                .route(at(HttpMethod.POST, "/queue/drain"), request -> answer(drain(request)))
                .build()
                .and(OwnEndpoints.refuseOthers(HttpMethod.GET, "/queue/status"))
                .and(OwnEndpoints.refuseOthers(HttpMethod.POST, "/queue/drain"));
    }

    private Status status(ServerRequest request) {
        PacingProperties properties = queue.properties();
        return new Status(
                properties.enabled(),
                queue.waiting(),
                queue.waiting(caller(request).userId()),
                properties.places(),
                properties.longestWait().toSeconds());
    }

    private Drained drain(ServerRequest request) {
        require(request, Permission.MANAGE_SYSTEM_CONFIG);
        return new Drained(queue.drain());
    }
}
