package dev.culvert.platform.reactive;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** A WebFlux service with nothing of its own, to see what the platform makes of it. */
@SpringBootApplication
class ReactiveSampleApplication {

    @Bean
    SecurityWebFilterChain open(ServerHttpSecurity http) {
        return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
                .authorizeExchange(exchange -> exchange.anyExchange().permitAll())
                .build();
    }

    @RestController
    static class SampleController {
        record CreateThingRequest(@NotBlank String name) {}

        @GetMapping("/things/{id}")
        Mono<String> get(@PathVariable int id, @RequestHeader("X-Correlation-ID") String correlationId) {
            return id == 0
                    ? Mono.error(new ProblemException(ProblemCode.TUNNEL_001, "There is no thing 0."))
                    : Mono.just(correlationId);
        }

        @PostMapping("/things")
        Mono<String> create(@Valid @RequestBody CreateThingRequest request) {
            return Mono.just(request.name());
        }

        @GetMapping("/crash")
        Mono<String> crash() {
            return Mono.error(new IllegalStateException("select secret from vault"));
        }

        @GetMapping("/down")
        Mono<String> down() {
            return Mono.error(new ResponseStatusException(HttpStatus.GATEWAY_TIMEOUT, "secret address"));
        }
    }
}
