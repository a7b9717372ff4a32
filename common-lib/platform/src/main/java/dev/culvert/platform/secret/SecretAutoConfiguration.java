package dev.culvert.platform.secret;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/** Cipher and keyed digest, made when a service first asks for them. Off with {@code culvert.secret.enabled=false}. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "culvert.secret.enabled", matchIfMissing = true)
@EnableConfigurationProperties(SecretProperties.class)
public class SecretAutoConfiguration {

    // Lazy: a service that keeps no secrets needs no key.
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    SecretCipher secretCipher(SecretProperties properties) {
        return new SecretCipher(MasterKey.parse(properties.key()));
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    Hmac hmac(SecretProperties properties) {
        return new Hmac(MasterKey.parse(properties.key()));
    }
}
