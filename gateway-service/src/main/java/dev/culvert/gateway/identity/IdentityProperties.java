package dev.culvert.gateway.identity;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How callers are identified.
 *
 * @param exchangeUrl where an API key is exchanged for an access token
 * @param exchangeTimeout longest wait for that
 * @param externalExchangeUrl where a token of another issuer is exchanged
 * @param externalExchangeTimeout longest wait for that; auth-service may have to ask the issuer for its keys
 * @param cachedTokens how many verified credentials are remembered
 * @param cachedFor longest time a verified credential is remembered; never past its expiry or revocation
 * @param refusedKeyFor how long an API key or outside token that was refused is refused without asking again
 * @param refusedIssuerFor how long tokens of an issuer that is not trusted are refused without asking again
 * @param keysRefresh how often the issuer's signing keys are read again
 * @param blindFor how old a cached API key may be while news of revocations cannot be received
 * @param kafkaServers where news of revocations comes from
 */
@ConfigurationProperties("culvert.gateway.identity")
public record IdentityProperties(
        @DefaultValue("http://127.0.0.1:8081/internal/api-keys/exchange")
        URI exchangeUrl,

        @DefaultValue("2s") Duration exchangeTimeout,

        @DefaultValue("http://127.0.0.1:8081/internal/external-tokens/exchange")
        URI externalExchangeUrl,

        @DefaultValue("10s") Duration externalExchangeTimeout,
        @DefaultValue("10000") int cachedTokens,
        @DefaultValue("5m") Duration cachedFor,
        @DefaultValue("5s") Duration refusedKeyFor,
        @DefaultValue("1m") Duration refusedIssuerFor,
        @DefaultValue("1m") Duration keysRefresh,
        @DefaultValue("30s") Duration blindFor,
        @DefaultValue("127.0.0.1:9092") String kafkaServers) {}
