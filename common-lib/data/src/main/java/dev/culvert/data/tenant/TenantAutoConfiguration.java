package dev.culvert.data.tenant;

import dev.culvert.data.defaults.DataProperties;
import dev.culvert.data.tenant.TenantIdentity.CallerIds;
import dev.culvert.platform.caller.CurrentCaller;
import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizers;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.PlatformTransactionManager;

/** Makes every transaction of the service a tenant's or the system's. */
@AutoConfiguration(before = {HibernateJpaAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class})
public class TenantAutoConfiguration {

    @Bean
    TenantIdentity tenantIdentity() {
        return new TenantIdentity(
                () -> CurrentCaller.find().map(caller -> new CallerIds(caller.tenantId(), caller.userId())));
    }

    /** Without Hibernate where a service has left its auto-configuration out, as one without entities should. */
    @Bean
    PlatformTransactionManager transactionManager(
            TenantIdentity identity,
            DataProperties data,
            DataSource dataSource,
            ObjectProvider<EntityManagerFactory> entities,
            ObjectProvider<TransactionManagerCustomizers> customizers) {
        TenantBinding binding = new TenantBinding(identity, data.schema());
        PlatformTransactionManager manager = entities.getIfAvailable() == null
                ? new TenantJdbcTransactionManager(dataSource, binding)
                : new TenantJpaTransactionManager(binding);
        customizers.ifAvailable(all -> all.customize(manager));
        return manager;
    }
}
