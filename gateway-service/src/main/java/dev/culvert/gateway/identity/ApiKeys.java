package dev.culvert.gateway.identity;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.problem.ProblemException;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import tools.jackson.databind.json.JsonMapper;

/** Exchanges an API key for an access token at auth-service, the only one that can read it. */
@Component
final class ApiKeys {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(2);
    private static final int OK = 200;

    private final HttpClient client;
    private final AccessTokens tokens;
    private final IdentityProperties properties;
    private final JsonMapper json;

    ApiKeys(HttpClient client, AccessTokens tokens, IdentityProperties properties, JsonMapper json) {
        this.client = client;
        this.tokens = tokens;
        this.properties = properties;
        this.json = json;
    }

    private record Exchanged(String token) {}

    /** Fails with {@code AUTH_TOKEN_INVALID} or {@code SERVICE_UNAVAILABLE}. */
    Mono<Identity> exchange(Credential.ApiKey key) {
        return client.headers(headers -> headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + key.value())
                        .set(HttpHeaderNames.CONTENT_LENGTH, "0"))
                .post()
                .uri(properties.exchangeUrl().toString())
                .responseSingle(this::token)
                .timeout(properties.exchangeTimeout())
                .onErrorMap(failure -> !(failure instanceof ProblemException), ApiKeys::unavailable)
                .flatMap(tokens::verify);
    }

    private Mono<String> token(HttpClientResponse response, ByteBufMono body) {
        int status = response.status().code();
        if (status == OK) {
            return body.asByteArray()
                    .map(bytes -> json.readValue(bytes, Exchanged.class).token());
        }
        if (status >= 400 && status < 500) {
            return Mono.error(new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "The API key was not accepted."));
        }
        return Mono.error(new IllegalStateException("The exchange of an API key was answered " + status));
    }

    private static ProblemException unavailable(Throwable cause) {
        return new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "API keys cannot be checked right now.", cause)
                .withRetryAfter(TRY_AGAIN);
    }
}
