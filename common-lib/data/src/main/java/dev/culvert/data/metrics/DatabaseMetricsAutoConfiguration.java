package dev.culvert.data.metrics;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Measures the service's pool and statements; {@code culvert.data.metrics.enabled=false} leaves the pool bare. */
@AutoConfiguration(after = DataSourceAutoConfiguration.class)
@ConditionalOnProperty(name = "culvert.data.metrics.enabled", matchIfMissing = true)
class DatabaseMetricsAutoConfiguration {

    // Static, and the registry asked for late: a post-processor must not pull other beans up before their time.
    @Bean
    static MeasuredDataSources measuredDataSources(ObjectProvider<MeterRegistry> registry) {
        return new MeasuredDataSources(registry::getObject);
    }

    @Bean
    MeterBinder poolMetrics(DataSource dataSource) throws SQLException {
        return new PoolMetrics(dataSource.unwrap(HikariDataSource.class));
    }
}
