package dev.culvert.auth.authorization;

import dev.culvert.auth.browser.Browsers;
import dev.culvert.auth.browser.Page;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.web.AuthenticationEntryPoint;
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
    private static final byte[] INVALID_CLIENT = "{\"error\":\"invalid_client\"}".getBytes(StandardCharsets.UTF_8);

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
            HttpSecurity http,
            Engine engine,
            Browsers browsers,
            AuthorizationAnswers answers,
            Clock clock) {
        http.securityMatchers(paths ->
                paths.requestMatchers(Endpoints.forClients()).requestMatchers(Endpoints.forBrowsers()));
        http.with(new OAuth2AuthorizationServerConfigurer(), engine::configure);
        browsers.secure(http);
        return http.csrf(csrf -> csrf.ignoringRequestMatchers(Endpoints.LOGOUT))
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .securityContext(context ->
                        context.securityContextRepository(new RequestAttributeSecurityContextRepository()))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.POST, Endpoints.forClients())
                        .authenticated()
                        .anyRequest()
                        .permitAll())
                .exceptionHandling(
                        refusals -> refusals.authenticationEntryPoint(invalidClient()).accessDeniedHandler(staleForm()))
                .addFilterBefore(new SignInFirst(browsers, answers, clock), AuthorizationFilter.class)
                .build();
    }

    /** RFC 6749 §5.2; the header names the way that is not the body. */
    private static AuthenticationEntryPoint invalidClient() {
        return (_, response, _) -> {
            response.setStatus(HttpStatus.UNAUTHORIZED.value());
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"oauth\"");
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            response.setContentType(MediaType.APPLICATION_JSON_VALUE);
            response.getOutputStream().write(INVALID_CLIENT);
        };
    }

    private static AccessDeniedHandler staleForm() {
        return (_, response, _) -> Page.saying(
                        "This form is no longer good",
                        "It was open for too long, or your browser does not keep cookies. Go back and start again.")
                .write(response, HttpStatus.FORBIDDEN);
    }
}
