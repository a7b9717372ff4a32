package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RequestPredicate;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** What the addresses that the gateway answers itself to known callers have in common. */
final class OwnEndpoints {
    private OwnEndpoints() {}

    /** The address with and without version. */
    static RequestPredicate at(HttpMethod method, String address) {
        return RequestPredicates.method(method)
                .and(RequestPredicates.path(address).or(RequestPredicates.path("/api/v1" + address)));
    }

    /** Refuses other methods at addresses that are answered to one; behind the routes that answer. */
    static RouterFunction<ServerResponse> refuseOthers(HttpMethod answered, String... addresses) {
        RouterFunctions.Builder routes = RouterFunctions.route();
        for (String address : addresses) {
            routes.route(
                    RequestPredicates.path(address).or(RequestPredicates.path("/api/v1" + address)),
                    _ -> Mono.error(
                            new ProblemException(ProblemCode.METHOD_NOT_ALLOWED, "This method is not used here.")
                                    .withHeader(HttpHeaders.ALLOW, answered.name())));
        }
        return routes.build();
    }

    static Caller caller(ServerRequest request) {
        return Call.of(request.exchange())
                .identity()
                .map(Identity::caller)
                .orElseThrow(() -> new ProblemException(ProblemCode.AUTH_TOKEN_MISSING, "Send an access token."));
    }

    /** Fails with FORBIDDEN. */
    static void require(ServerRequest request, Permission permission) {
        if (!caller(request).has(permission)) {
            throw new ProblemException(
                    ProblemCode.FORBIDDEN, "This needs the permission " + permission.wireName() + ".");
        }
    }

    static Mono<ServerResponse> answer(Object body) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .bodyValue(body);
    }
}
