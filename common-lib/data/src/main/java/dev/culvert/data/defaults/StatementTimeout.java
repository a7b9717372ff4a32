package dev.culvert.data.defaults;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Makes PostgreSQL cancel statements of the pool that run too long. */
final class StatementTimeout implements BeanPostProcessor {
    private final Supplier<Duration> timeout;

    StatementTimeout(Supplier<Duration> timeout) {
        this.timeout = timeout;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof HikariDataSource pool) {
            pool.addDataSourceProperty(
                    "options", "-c statement_timeout=" + timeout.get().toMillis());
        }
        return bean;
    }
}
