package dev.culvert.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.caller.CallerProperties;
import dev.culvert.platform.problem.ProblemException;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.text.ParseException;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Exchanges a token of another issuer for one of ours at auth-service, the only one that knows which issuers are trusted
 * (requirements R2.1, X-1). An issuer that is not is remembered, so that its tokens are refused here for a while.
 */
@Component
final class ExternalTokens {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(2);
    private static final String NOT_TRUSTED = "ISSUER_NOT_TRUSTED";
    private static final int OK = 200;
    private static final int MOST_ISSUERS = 1_000;

    private final HttpClient client;
    private final AccessTokens tokens;
    private final IdentityProperties properties;
    private final JsonMapper json;
    private final String ownIssuer;
    private final Cache<String, ProblemException> notTrusted;

    ExternalTokens(
            HttpClient client,
            AccessTokens tokens,
            IdentityProperties properties,
            CallerProperties caller,
            JsonMapper json) {
        this.client = client;
        this.tokens = tokens;
        this.properties = properties;
        this.json = json;
        this.ownIssuer = caller.issuer();
        this.notTrusted = Caffeine.newBuilder()
                .maximumSize(MOST_ISSUERS)
                .expireAfterWrite(properties.refusedIssuerFor())
                .build();
    }

    /** The credential again, or what it turns out to be: a JWT that claims to be another issuer's. Nothing is verified. */
    Credential read(Credential credential) {
        if (!(credential instanceof Credential.AccessToken token)) {
            return credential;
        }
        try {
            String issuer = SignedJWT.parse(token.value()).getJWTClaimsSet().getIssuer();
            return issuer == null || issuer.equals(ownIssuer)
                    ? token
                    : new Credential.ExternalToken(token.value(), token.header(), issuer);
        } catch (ParseException e) {
            return token; // refused as what it was taken for
        }
    }

    /**
     * Fails with {@code AUTH_TOKEN_INVALID}, {@code AUTH_TOKEN_EXPIRED}, {@code SERVICE_UNAVAILABLE}, or {@code FORBIDDEN}
     * where the token holds, but its owner has no account and gets none.
     */
    Mono<Identity> exchange(Credential.ExternalToken token, String clientAddress) {
        ProblemException refused = notTrusted.getIfPresent(token.issuer());
        if (refused != null) {
            return Mono.error(refused);
        }
        return client.headers(headers -> headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token.value())
                        .set("X-Forwarded-For", clientAddress)
                        .set(HttpHeaderNames.CONTENT_LENGTH, "0"))
                .post()
                .uri(properties.externalExchangeUrl().toString())
                .responseSingle((response, body) -> exchanged(token, response, body))
                .timeout(properties.externalExchangeTimeout())
                .onErrorMap(failure -> !(failure instanceof ProblemException), ExternalTokens::unavailable)
                .flatMap(tokens::verify);
    }

    private Mono<String> exchanged(Credential.ExternalToken token, HttpClientResponse response, ByteBufMono body) {
        int status = response.status().code();
        if (status == OK) {
            return body.asByteArray()
                    .map(bytes -> json.readTree(bytes).path("token").asString(""));
        }
        if (status != 401 && status != 403) {
            return Mono.error(new IllegalStateException("The exchange of a token was answered " + status));
        }
        return body.asByteArray()
                .map(json::readTree)
                .defaultIfEmpty(json.createObjectNode())
                .flatMap(problem -> Mono.error(refusal(token, status, problem)));
    }

    private ProblemException refusal(Credential.ExternalToken token, int status, JsonNode problem) {
        String code = problem.path("error").path("code").asString("");
        String alias = problem.path("error").path("details").path("alias").asString("");
        if (status == 403) {
            return new ProblemException(
                            ProblemCode.FORBIDDEN,
                            "The token holds, but its owner has no account here; sign in another way or ask the operator.")
                    .withAlias("EXTERNAL_ACCOUNT_NOT_LINKED");
        }
        if (code.equals(ProblemCode.AUTH_TOKEN_EXPIRED.name())) {
            return new ProblemException(ProblemCode.AUTH_TOKEN_EXPIRED, "The access token has expired.");
        }
        ProblemException refusal =
                new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "The access token was not accepted.");
        if (alias.equals(NOT_TRUSTED)) {
            notTrusted.put(token.issuer(), refusal);
        }
        return refusal;
    }

    private static ProblemException unavailable(Throwable cause) {
        return new ProblemException(
                        ProblemCode.SERVICE_UNAVAILABLE, "Tokens of this issuer cannot be checked right now.", cause)
                .withRetryAfter(TRY_AGAIN);
    }
}
