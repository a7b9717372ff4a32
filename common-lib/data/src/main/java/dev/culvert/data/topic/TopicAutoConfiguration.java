package dev.culvert.data.topic;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.core.KafkaAdmin;

/** Knows how to make the suite's topics; the inbox and the outbox relay ask for it. */
@AutoConfiguration(after = KafkaAutoConfiguration.class)
@EnableConfigurationProperties(TopicProperties.class)
public class TopicAutoConfiguration {

    @Bean
    EventTopics eventTopics(KafkaAdmin admin, TopicProperties properties) {
        return new EventTopics(admin.getConfigurationProperties(), properties.partitions());
    }
}
