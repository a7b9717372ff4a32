package dev.culvert.gateway.health;

import java.net.URI;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is watched beside Redis, Kafka and the services.
 *
 * @param upstreams further dependencies by name, each with an address that answers 200 to GET while it is well
 */
@ConfigurationProperties("culvert.gateway.health")
public record HealthProperties(@DefaultValue Map<String, URI> upstreams) {
    public HealthProperties {
        upstreams = Map.copyOf(upstreams);
    }
}
