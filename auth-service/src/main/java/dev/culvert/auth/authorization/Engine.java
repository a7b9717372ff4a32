package dev.culvert.auth.authorization;

import dev.culvert.auth.application.ApplicationSecrets;
import java.util.List;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.server.authorization.authentication.ClientSecretAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.JwtClientAssertionAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2DeviceVerificationAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2PushedAuthorizationRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenExchangeAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.web.authentication.ClientSecretBasicAuthenticationConverter;
import org.springframework.security.oauth2.server.authorization.web.authentication.ClientSecretPostAuthenticationConverter;
import org.springframework.security.oauth2.server.authorization.web.authentication.JwtClientAssertionAuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.stereotype.Component;

/**
 * What is taken of Spring's engine, what is replaced, and what is left out. Its OpenID part is not switched on: it would
 * keep sessions in memory; id tokens, userinfo, discovery and signing out are ours.
 */
@Component
class Engine {
    private final ApplicationClients clients;
    private final AuthorizationStore authorizations;
    private final Consents consents;
    private final TokenIssue tokens;
    private final TokenExchange exchange;
    private final ApplicationSecrets secrets;
    private final ClientAssertions assertions;
    private final AuthorizationAnswers answers;
    private final DevicePages devicePages;
    private final AuthorizationProperties properties;

    Engine(
            ApplicationClients clients,
            AuthorizationStore authorizations,
            Consents consents,
            TokenIssue tokens,
            TokenExchange exchange,
            ApplicationSecrets secrets,
            ClientAssertions assertions,
            AuthorizationAnswers answers,
            DevicePages devicePages,
            AuthorizationProperties properties) {
        this.clients = clients;
        this.authorizations = authorizations;
        this.consents = consents;
        this.tokens = tokens;
        this.exchange = exchange;
        this.secrets = secrets;
        this.assertions = assertions;
        this.answers = answers;
        this.devicePages = devicePages;
        this.properties = properties;
    }

    void configure(OAuth2AuthorizationServerConfigurer server) {
        RequestRules rules = new RequestRules(properties);
        server.registeredClientRepository(clients)
                .authorizationService(authorizations)
                .authorizationConsentService(consents)
                .tokenGenerator(tokens)
                .clientAuthentication(proof -> proof.authenticationConverters(this::clientConverters)
                        .authenticationProviders(this::clientProviders)
                        .errorResponseHandler(new ClientRefusals()))
                .authorizationEndpoint(endpoint -> endpoint.consentPage(Endpoints.CONSENT)
                        .authorizationResponseHandler(answers)
                        .errorResponseHandler(answers)
                        .authenticationProviders(providers -> providers.forEach(provider -> {
                            if (provider instanceof OAuth2AuthorizationCodeRequestAuthenticationProvider requests) {
                                requests.setAuthenticationValidator(rules);
                                requests.setAuthorizationConsentRequired(new ConsentNeeded());
                            }
                        })))
                .pushedAuthorizationRequestEndpoint(endpoint ->
                        endpoint.authenticationProviders(providers -> providers.forEach(provider -> {
                            if (provider instanceof OAuth2PushedAuthorizationRequestAuthenticationProvider requests) {
                                requests.setAuthenticationValidator(rules);
                            }
                        })))
                .tokenEndpoint(endpoint -> endpoint.authenticationProviders(this::grantProviders))
                .tokenIntrospectionEndpoint(endpoint -> endpoint.authenticationProviders(
                        providers -> providers.replaceAll(OwnTokensIntrospection::new)))
                .deviceAuthorizationEndpoint(endpoint -> endpoint.verificationUri(Endpoints.DEVICE))
                .deviceVerificationEndpoint(endpoint -> endpoint.consentPage(Endpoints.CONSENT)
                        .deviceVerificationResponseHandler(devicePages)
                        .errorResponseHandler(devicePages)
                        .authenticationProviders(providers -> providers.forEach(provider -> {
                            if (provider instanceof OAuth2DeviceVerificationAuthenticationProvider verification) {
                                // always asked: who was talked into typing a code has to see what it is for (RFC 8628
                                // §5.4)
                                verification.setAuthorizationConsentRequired(_ -> true);
                            }
                        })));
    }

    private void clientConverters(List<AuthenticationConverter> converters) {
        converters.clear();
        converters.add(new ClientSecretBasicAuthenticationConverter());
        converters.add(new ClientSecretPostAuthenticationConverter());
        converters.add(new JwtClientAssertionAuthenticationConverter());
        converters.add(new PublicClients(clients, authorizations));
    }

    private void clientProviders(List<AuthenticationProvider> providers) {
        JwtClientAssertionAuthenticationProvider byAssertion =
                new JwtClientAssertionAuthenticationProvider(clients, authorizations);
        byAssertion.setJwtDecoderFactory(assertions);
        providers.clear();
        providers.add(byAssertion);
        providers.add(new SecretProof(
                new ClientSecretAuthenticationProvider(clients, authorizations), clients, new SecretDigests(secrets)));
        providers.add(new PublicClients(clients, authorizations));
    }

    private void grantProviders(List<AuthenticationProvider> providers) {
        providers.replaceAll(provider -> switch (provider) {
            case OAuth2RefreshTokenAuthenticationProvider refresh ->
                new RefreshGrant(refresh, authorizations, properties);
            case OAuth2ClientCredentialsAuthenticationProvider credentials ->
                new ClientCredentialsGrant(credentials, properties);
            case OAuth2TokenExchangeAuthenticationProvider _ -> exchange;
            default -> provider;
        });
    }
}
