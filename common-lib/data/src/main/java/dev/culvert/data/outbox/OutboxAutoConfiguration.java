package dev.culvert.data.outbox;

import dev.culvert.data.tenant.TenantAutoConfiguration;
import dev.culvert.data.tenant.TenantIdentity;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.ProducerFactory;

/** Gives a service its {@link Outbox} and the relay behind it. */
@AutoConfiguration(
        after = {JdbcTemplateAutoConfiguration.class, KafkaAutoConfiguration.class, TenantAutoConfiguration.class},
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@EnableConfigurationProperties(OutboxProperties.class)
class OutboxAutoConfiguration {

    @Bean
    Outbox outbox(
            JdbcTemplate jdbc,
            Clock clock,
            TenantIdentity identity,
            CauseContext cause,
            ObjectProvider<OutboxRelay> relay) {
        return new Outbox(jdbc, clock, identity, cause, () -> relay.ifAvailable(OutboxRelay::wake));
    }

    @Bean
    @ConditionalOnMissingBean
    CauseContext causeContext(ObjectProvider<Tracer> tracer) {
        return new ThreadCause(tracer);
    }

    @Bean
    OutboxMetrics outboxMetrics(JdbcTemplate jdbc, MeterRegistry registry) {
        return new OutboxMetrics(jdbc, registry);
    }

    @Bean
    @ConditionalOnProperty(name = "culvert.data.outbox.enabled", matchIfMissing = true)
    OutboxRelay outboxRelay(
            JdbcConnectionDetails database,
            ProducerFactory<?, ?> producers,
            OutboxProperties properties,
            OutboxMetrics metrics,
            @Value("${spring.application.name}") String applicationName) {
        return new OutboxRelay(
                new RelaySessions(database, applicationName),
                () -> relayProducer(producers.getConfigurationProperties()),
                "/" + applicationName,
                properties,
                metrics);
    }

    static Producer<String, byte[]> relayProducer(Map<String, Object> settings) {
        Map<String, Object> unending = new HashMap<>(settings);
        unending.put(ProducerConfig.ACKS_CONFIG, "all");
        unending.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // A record that is given up would be overtaken by later ones of its key.
        unending.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        unending.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return new KafkaProducer<>(unending, new StringSerializer(), new ByteArraySerializer());
    }
}
