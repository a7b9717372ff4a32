package dev.culvert.gateway.identity;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Identity;
import dev.culvert.gateway.call.KeyTerms;
import dev.culvert.platform.outbound.AddressRange;
import dev.culvert.platform.problem.ProblemException;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
    private static final int FORBIDDEN = 403;

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

    /** What auth-service answers; a limit or network it does not name does not bind. */
    private record Exchanged(
            String token,
            @Nullable Integer version,
            @Nullable List<String> allowedNetworks,
            KeyTerms.@Nullable Limits limits) {

        KeyTerms terms() {
            List<String> networks = Objects.requireNonNullElse(allowedNetworks, List.of());
            return new KeyTerms(
                    Objects.requireNonNullElse(version, 0),
                    networks.stream().map(AddressRange::parse).toList(),
                    Objects.requireNonNullElse(limits, KeyTerms.Limits.NONE));
        }
    }

    /**
     * Fails with {@code AUTH_TOKEN_INVALID}, {@code SERVICE_UNAVAILABLE}, or {@code FORBIDDEN} where the key may not be used
     * from the client's address.
     */
    Mono<Identity> exchange(Credential.ApiKey key, String clientAddress) {
        return client.headers(headers -> headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + key.value())
                        .set("X-Forwarded-For", clientAddress)
                        .set(HttpHeaderNames.CONTENT_LENGTH, "0"))
                .post()
                .uri(properties.exchangeUrl().toString())
                .responseSingle(this::exchanged)
                .timeout(properties.exchangeTimeout())
                .onErrorMap(failure -> !(failure instanceof ProblemException), ApiKeys::unavailable)
                .flatMap(answer -> tokens.verify(answer.token()).map(identity -> identity.with(answer.terms())));
    }

    /** A key that is good, but not here. */
    static ProblemException refusedHere() {
        return new ProblemException(ProblemCode.FORBIDDEN, "This API key may not be used from this address.")
                .withAlias("API_KEY_ADDRESS_NOT_ALLOWED");
    }

    private Mono<Exchanged> exchanged(HttpClientResponse response, ByteBufMono body) {
        int status = response.status().code();
        if (status == OK) {
            return body.asByteArray().map(bytes -> json.readValue(bytes, Exchanged.class));
        }
        if (status == FORBIDDEN) {
            return Mono.error(refusedHere());
        }
        if (status >= 400 && status < 500) {
            String reason = response.responseHeaders().get(HeaderNames.REFUSAL_REASON, "unknown");
            return Mono.error(new ProblemException(
                            ProblemCode.AUTH_TOKEN_INVALID,
                            "The API key was not accepted.",
                            RefusedCredential.because(reason))
                    .withAlias("INVALID_API_KEY"));
        }
        return Mono.error(new IllegalStateException("The exchange of an API key was answered " + status));
    }

    private static ProblemException unavailable(Throwable cause) {
        return new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "API keys cannot be checked right now.", cause)
                .withRetryAfter(TRY_AGAIN);
    }
}
