package dev.culvert.data.inbox;

import dev.culvert.data.topic.EventTopics;
import dev.culvert.data.topic.TopicAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Gives each {@link EventHandler} bean its consumer. */
@AutoConfiguration(
        after = {JdbcTemplateAutoConfiguration.class, KafkaAutoConfiguration.class, TopicAutoConfiguration.class},
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnProperty(name = "culvert.data.inbox.enabled", matchIfMissing = true)
@EnableConfigurationProperties(InboxProperties.class)
class InboxAutoConfiguration {

    @Bean
    EventReader eventReader() {
        return new EventReader();
    }

    @Bean
    InboxMetrics inboxMetrics(MeterRegistry registry) {
        return new InboxMetrics(registry);
    }

    @Bean
    InboxCleanup inboxCleanup(JdbcTemplate jdbc, InboxProperties properties) {
        return new InboxCleanup(jdbc, properties.retention());
    }

    @Bean
    InboxContainers inboxContainers(
            ObjectProvider<EventHandler> handlers,
            EventReader reader,
            PlatformTransactionManager transactions,
            JdbcTemplate jdbc,
            InboxMetrics metrics,
            InboxProperties properties,
            ConsumerFactory<String, byte[]> consumers,
            ProducerFactory<String, byte[]> producers,
            EventTopics topics,
            @Value("${spring.application.name}") String applicationName) {
        InboxErrors errors = new InboxErrors(new KafkaTemplate<>(producers), properties, metrics);
        TransactionTemplate transaction = new TransactionTemplate(transactions);
        List<ConcurrentMessageListenerContainer<String, byte[]>> containers = handlers.orderedStream()
                .map(handler -> {
                    ContainerProperties settings =
                            new ContainerProperties(handler.topics().toArray(String[]::new));
                    settings.setGroupId(applicationName + "." + handler.consumer());
                    settings.setMessageListener(new InboxListener(handler, reader, transaction, jdbc, metrics));
                    ConcurrentMessageListenerContainer<String, byte[]> container =
                            new ConcurrentMessageListenerContainer<>(consumers, settings);
                    container.setBeanName("inbox-" + handler.consumer());
                    container.setConcurrency(properties.concurrency());
                    container.setCommonErrorHandler(errors.handlerFor(handler.consumer()));
                    return container;
                })
                .toList();
        return new InboxContainers(containers, topics, deadLetterTopics(handlers));
    }

    private static Set<String> deadLetterTopics(ObjectProvider<EventHandler> handlers) {
        return handlers.stream()
                .flatMap(handler ->
                        handler.topics().stream().map(topic -> InboxErrors.deadLetterTopic(topic, handler.consumer())))
                .collect(Collectors.toSet());
    }
}
