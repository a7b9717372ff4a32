package dev.culvert.data.inbox;

import dev.culvert.data.topic.EventTopics;
import dev.culvert.data.topic.TopicAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashSet;
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

/** Gives each {@link EventHandler} and {@link EventBatchHandler} bean its consumer. */
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
            ObjectProvider<EventBatchHandler> batchHandlers,
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
        var containers = new ContainerMaker(consumers, properties.concurrency(), errors, applicationName);
        List<ConcurrentMessageListenerContainer<String, byte[]>> all = new ArrayList<>();
        Set<String> deadLetters = new HashSet<>();
        handlers.orderedStream().forEach(handler -> {
            var listener = new InboxListener(handler, reader, transaction, jdbc, metrics);
            all.add(containers.make(handler.consumer(), handler.topics(), listener));
            deadLetters.addAll(deadLetterTopics(handler.topics(), handler.consumer()));
        });
        batchHandlers.orderedStream().forEach(handler -> {
            var listener = new InboxBatchListener(handler, reader, transaction, metrics);
            all.add(containers.make(handler.consumer(), handler.topics(), listener));
            deadLetters.addAll(deadLetterTopics(handler.topics(), handler.consumer()));
        });
        return new InboxContainers(all, topics, deadLetters);
    }

    private record ContainerMaker(
            ConsumerFactory<String, byte[]> consumers, int concurrency, InboxErrors errors, String application) {

        ConcurrentMessageListenerContainer<String, byte[]> make(String consumer, Set<String> topics, Object listener) {
            ContainerProperties settings = new ContainerProperties(topics.toArray(String[]::new));
            settings.setGroupId(application + "." + consumer);
            settings.setMessageListener(listener);
            ConcurrentMessageListenerContainer<String, byte[]> container =
                    new ConcurrentMessageListenerContainer<>(consumers, settings);
            container.setBeanName("inbox-" + consumer);
            container.setConcurrency(concurrency);
            container.setCommonErrorHandler(errors.handlerFor(consumer));
            return container;
        }
    }

    private static Set<String> deadLetterTopics(Set<String> topics, String consumer) {
        return topics.stream()
                .map(topic -> InboxErrors.deadLetterTopic(topic, consumer))
                .collect(Collectors.toSet());
    }
}
