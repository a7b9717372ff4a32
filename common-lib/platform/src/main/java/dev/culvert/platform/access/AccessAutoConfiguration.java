package dev.culvert.platform.access;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.CallerTokens;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ProblemTranslator;
import dev.culvert.platform.problem.ServletProblems;
import java.time.Clock;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Deny by default for servlet services. The chain is the last one: a service may put its own before it for paths of its
 * choice. Off with {@code culvert.access.enabled=false}.
 */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration",
            "org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.OAuth2ResourceServerWebSecurityAutoConfiguration",
            "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration"
        },
        afterName = {
            "dev.culvert.platform.problem.ProblemAutoConfiguration",
            "dev.culvert.platform.caller.CallerAutoConfiguration"
        })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(SecurityFilterChain.class)
@ConditionalOnBooleanProperty(name = "culvert.access.enabled", matchIfMissing = true)
@EnableConfigurationProperties(AccessProperties.class)
public class AccessAutoConfiguration {

    @Bean
    AccessDeclarations accessDeclarations(ObjectProvider<RequestMappingHandlerMapping> mappings) {
        return new AccessDeclarations(mappings.orderedStream().toList());
    }

    /** Lazy: filters exist before the dispatcher's mappings, and the first request is the first to ask. */
    @Bean
    @Lazy
    AccessRules accessRules(AccessProperties properties, ObjectProvider<HandlerMapping> mappings) {
        return new AccessRules(properties.openPaths(), mappings.orderedStream().toList());
    }

    /** The firewall of Spring Security looks at names and values when they are read, which may be late. */
    @Bean
    @Order(0)
    ProblemTranslator rejectedRequests() {
        return failure -> failure instanceof RequestRejectedException
                ? Optional.of(new ProblemException(
                        ProblemCode.VALIDATION_ERROR, "The request has characters that are not allowed."))
                : Optional.empty();
    }

    @Bean
    FreshSignIn freshSignIn(AccessProperties properties, Clock clock) {
        return new FreshSignIn(properties.freshFor(), clock);
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    SecurityFilterChain denyByDefault(
            HttpSecurity http,
            ObjectProvider<AccessRules> rules,
            CallerTokens tokens,
            FreshSignIn freshSignIn,
            ServletProblems problems) {
        var contexts = new RequestAttributeSecurityContextRepository();
        var access = new AccessFilter(rules::getObject, tokens, freshSignIn, problems, contexts);
        return http.csrf(AbstractHttpConfigurer::disable) // no cookie authenticates anybody here
                .anonymous(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .securityContext(context -> context.securityContextRepository(contexts))
                .addFilterAt(access, AuthorizationFilter.class)
                .build();
    }
}
