package dev.culvert.webhook.delivery;

import dev.culvert.platform.outbound.AddressGuard;
import dev.culvert.platform.outbound.OutboundHttpClient;
import dev.culvert.platform.outbound.OutboundProperties;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class DeliveryConfiguration {
    /**
     * A client with a connection for every try that may be under way, also when all receivers are on one host: the bound
     * per endpoint is the dispatcher's, and a try that waited for a connection here would count as the receiver's failure.
     */
    @Bean
    OutboundHttpClient receiverClient(AddressGuard guard, DeliveryProperties properties) {
        return new OutboundHttpClient(
                guard,
                new OutboundProperties(
                        List.of(),
                        properties.connectTimeout(),
                        properties.attemptTimeout(),
                        properties.responseExcerpt(),
                        properties.concurrency()));
    }
}
