package dev.culvert.auth;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.culvert.auth.signingkey.SigningKeys;
import dev.culvert.platform.caller.CallerProperties;
import dev.culvert.platform.caller.CallerTokens;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.observation.SecurityObservationSettings;

/** This service verifies tokens with the keys it holds instead of reading them from itself over HTTP. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    @Bean
    CallerTokens callerTokens(SigningKeys keys, CallerProperties properties, Clock clock) {
        JWKSource<SecurityContext> ownKeys = (selector, _) -> selector.select(keys.publicKeys());
        return new CallerTokens(ownKeys, properties, clock);
    }

    /**
     * A span and a timer for each of the two dozen filters of a chain say nothing that those of the request do not, and cost
     * every request.
     */
    @Bean
    SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }
}
