package dev.culvert.auth.authorization;

import dev.culvert.auth.browser.Browsers;
import dev.culvert.auth.browser.Page;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;

/**
 * Spring's authorization server as engine of the protocol, with stores, tokens and pages of ours. It has a chain of its own,
 * before the one that lets nobody in without an access token: here applications prove who they are by a secret or a proof
 * key, and browsers by their cookie.
 */
@Configuration(proxyBeanMethods = false)
class AuthorizationServerConfiguration {
    /** Of what is no page: pages state theirs themselves. */
    private static final String NO_CONTENT = "default-src 'none'; frame-ancestors 'none'";

    @Bean
    AuthorizationServerSettings authorizationServerSettings(AuthorizationProperties properties) {
        return AuthorizationServerSettings.builder()
                .issuer(properties.issuer())
                .authorizationEndpoint(Endpoints.AUTHORIZE)
                .tokenEndpoint(Endpoints.TOKEN)
                .tokenIntrospectionEndpoint(Endpoints.INTROSPECT)
                .tokenRevocationEndpoint(Endpoints.REVOKE)
                .pushedAuthorizationRequestEndpoint(Endpoints.PUSHED_REQUESTS)
                .deviceAuthorizationEndpoint(Endpoints.DEVICE_AUTHORIZATION)
                .deviceVerificationEndpoint(Endpoints.DEVICE)
                .jwkSetEndpoint(Endpoints.JWKS)
                .build();
    }

    @Bean
    @Order(1)
    SecurityFilterChain authorizationServer(
            HttpSecurity http, Engine engine, Browsers browsers, AuthorizationAnswers answers, Clock clock) {
        http.securityMatchers(
                paths -> paths.requestMatchers(Endpoints.forClients()).requestMatchers(Endpoints.forBrowsers()));
        http.with(new OAuth2AuthorizationServerConfigurer(), engine::configure);
        browsers.secure(http);
        return http.csrf(csrf -> csrf.ignoringRequestMatchers(Endpoints.LOGOUT))
                .sessionManagement(AbstractHttpConfigurer::disable) // would change the token of open forms at each page
                .securityContext(
                        context -> context.securityContextRepository(new RequestAttributeSecurityContextRepository()))
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(NO_CONTENT)))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.POST, Endpoints.forClients())
                        .authenticated()
                        .anyRequest()
                        .permitAll())
                .exceptionHandling(refusals ->
                        refusals.authenticationEntryPoint(new ClientRefusals()).accessDeniedHandler(staleForm()))
                .addFilterBefore(new SignInFirst(browsers, answers, clock), AuthorizationFilter.class)
                .build();
    }

    private static AccessDeniedHandler staleForm() {
        return (_, response, _) -> Page.saying(
                        "This form is no longer good",
                        "It was open for too long, or your browser does not keep cookies. Go back and start again.")
                .write(response, HttpStatus.FORBIDDEN);
    }
}
