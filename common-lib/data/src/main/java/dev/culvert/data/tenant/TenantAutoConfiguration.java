package dev.culvert.data.tenant;

import dev.culvert.data.defaults.DataProperties;
import dev.culvert.data.tenant.TenantIdentity.CallerIds;
import dev.culvert.platform.caller.CurrentCaller;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizers;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.PlatformTransactionManager;

/** Makes every transaction of the service a tenant's or the system's. */
@AutoConfiguration(before = HibernateJpaAutoConfiguration.class)
public class TenantAutoConfiguration {

    @Bean
    TenantIdentity tenantIdentity() {
        return new TenantIdentity(
                () -> CurrentCaller.find().map(caller -> new CallerIds(caller.tenantId(), caller.userId())));
    }

    @Bean
    PlatformTransactionManager transactionManager(
            TenantIdentity identity, DataProperties data, ObjectProvider<TransactionManagerCustomizers> customizers) {
        TenantTransactionManager manager = new TenantTransactionManager(identity, data.schema());
        customizers.ifAvailable(all -> all.customize(manager));
        return manager;
    }
}
