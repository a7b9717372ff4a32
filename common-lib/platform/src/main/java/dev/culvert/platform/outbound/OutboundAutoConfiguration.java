package dev.culvert.platform.outbound;

import org.apache.hc.client5.http.DnsResolver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The guard of outgoing calls and the client that obeys it. Off with {@code culvert.outbound.enabled=false}. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "culvert.outbound.enabled", matchIfMissing = true)
@EnableConfigurationProperties(OutboundProperties.class)
public class OutboundAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    AddressGuard addressGuard(OutboundProperties properties) {
        return new AddressGuard(properties.allowed());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(DnsResolver.class)
    static class Client {

        // Lazy: only a service that calls out keeps its threads.
        @Bean
        @Lazy
        @ConditionalOnMissingBean
        OutboundHttpClient outboundHttpClient(AddressGuard guard, OutboundProperties properties) {
            return new OutboundHttpClient(guard, properties);
        }
    }
}
