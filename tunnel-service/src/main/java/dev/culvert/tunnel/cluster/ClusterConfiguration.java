package dev.culvert.tunnel.cluster;

import dev.culvert.tunnel.connection.ReplicaProperties;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** This replica's place in the cluster; it joins when its data port opens. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ClusterProperties.class)
class ClusterConfiguration {
    @Bean
    Cluster cluster(ReplicaProperties replica, ClusterProperties properties, JsonMapper json, Clock clock) {
        String version = Cluster.class.getPackage().getImplementationVersion();
        return new Cluster(replica.name(), properties, version == null ? "development" : version, json, clock);
    }
}
