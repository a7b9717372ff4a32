package dev.culvert.auth;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.culvert.auth.signingkey.SigningKeys;
import dev.culvert.platform.caller.CallerProperties;
import dev.culvert.platform.caller.CallerTokens;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** This service verifies tokens with the keys it holds instead of reading them from itself over HTTP. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    @Bean
    CallerTokens callerTokens(SigningKeys keys, CallerProperties properties, Clock clock) {
        JWKSource<SecurityContext> ownKeys = (selector, _) -> selector.select(keys.publicKeys());
        return new CallerTokens(ownKeys, properties, clock);
    }
}
