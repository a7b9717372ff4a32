package dev.culvert.data.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** The same in a service without entities, whose transactions do without Hibernate. */
@TestPropertySource(
        properties = "spring.autoconfigure.exclude="
                + "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
                + "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration")
class RowsOfOtherTenantsAreInvisibleWithoutHibernateIT extends RowsOfOtherTenantsAreInvisibleIT {

    @Test
    void thereIsNoHibernate() {
        assertThat(transactions).isInstanceOf(TenantJdbcTransactionManager.class);
    }
}
