package dev.culvert.platform.cryptography;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;

/** Native cryptography unless {@code culvert.native-cryptography=false}. */
@AutoConfiguration
@ConditionalOnProperty(name = "culvert.native-cryptography", havingValue = "true", matchIfMissing = true)
class CryptographyAutoConfiguration {

    /** Loading it takes longer than the first dozens of tokens it saves, so no start waits for it. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> nativeCryptography() {
        return _ -> Thread.ofPlatform().daemon().name("native-cryptography").start(NativeCryptography::install);
    }
}
