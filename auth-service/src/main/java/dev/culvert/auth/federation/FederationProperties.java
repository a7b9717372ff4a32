package dev.culvert.auth.federation;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How trusted OpenID providers are dealt with.
 *
 * @param publicUrl address of the gateway as browsers see it; providers send people back below it
 * @param auth0Domain of an Auth0 tenant, e.g. {@code acme.eu.auth0.com}; with an audience it makes the issuer {@code auth0}
 * @param auth0Audience identifier of the API at Auth0
 * @param tokenLifetime longest life of a token given for an outside one; never longer than that one's
 * @param clockSkew how far a provider's clock may differ
 * @param signInLifetime how long signing in at a provider may take
 * @param keysKeptFor how long metadata and keys are used before they are read again
 * @param keysReadEvery least time between two readings, also when a token names an unknown key
 * @param keysKeptDuringOutage how long the last known keys are used while they cannot be read
 * @param timeout of each call to a provider
 */
@ConfigurationProperties("culvert.auth.federation")
record FederationProperties(
        @DefaultValue("http://127.0.0.1:8080") URI publicUrl,
        @DefaultValue("") String auth0Domain,
        @DefaultValue("") String auth0Audience,
        @DefaultValue("5m") Duration tokenLifetime,
        @DefaultValue("30s") Duration clockSkew,
        @DefaultValue("10m") Duration signInLifetime,
        @DefaultValue("10m") Duration keysKeptFor,
        @DefaultValue("10s") Duration keysReadEvery,
        @DefaultValue("12h") Duration keysKeptDuringOutage,
        @DefaultValue("5s") Duration timeout) {}
