package dev.culvert.data.metrics;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Puts a measuring proxy before the pool; {@code unwrap} still reaches the pool. */
final class MeasuredDataSources implements BeanPostProcessor {
    private final Supplier<MeterRegistry> registry;

    MeasuredDataSources(Supplier<MeterRegistry> registry) {
        this.registry = registry;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return bean instanceof HikariDataSource pool ? new MeasuredDataSource(pool, new QueryMetrics(registry)) : bean;
    }
}
