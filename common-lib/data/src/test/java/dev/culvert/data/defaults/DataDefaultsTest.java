package dev.culvert.data.defaults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** the defaults every service starts from. */
class DataDefaultsTest {

    @Test
    void poolAndTimeLimitsAreThoseOfTheRequirements() {
        ConfigurableEnvironment environment = environment();

        assertThat(environment.getProperty("spring.datasource.hikari.minimum-idle"))
                .isEqualTo("2");
        assertThat(environment.getProperty("spring.datasource.hikari.maximum-pool-size"))
                .isEqualTo("20");
        assertThat(environment.getProperty("spring.datasource.hikari.connection-timeout"))
                .isEqualTo("10000");
        assertThat(environment.getProperty("spring.datasource.hikari.idle-timeout"))
                .isEqualTo("600000");
        assertThat(environment.getProperty("spring.datasource.hikari.max-lifetime"))
                .isEqualTo("3600000");
        assertThat(environment.getProperty("culvert.data.statement-timeout")).isEqualTo("10s");
    }

    @Test
    void rolesAndSchemaFollowFromOneProperty() {
        ConfigurableEnvironment environment = environment();

        assertThat(environment.getProperty("spring.datasource.username")).isEqualTo("sample_app");
        assertThat(environment.getProperty("spring.flyway.user")).isEqualTo("sample_owner");
        assertThat(environment.getProperty("spring.flyway.default-schema")).isEqualTo("sample");
    }

    @Test
    void aServicesOwnSettingWins() {
        ConfigurableEnvironment environment = environment();
        environment.getPropertySources().addFirst(new MapPropertySource("own", Map.of("culvert.data.pool-max", "5")));

        assertThat(environment.getProperty("spring.datasource.hikari.maximum-pool-size"))
                .isEqualTo("5");
    }

    @Test
    void refusesAPoolThatCannotBe() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(ValidationAutoConfiguration.class, DataAutoConfiguration.class))
                .withPropertyValues("culvert.data.schema=sample", "culvert.data.pool-min=5", "culvert.data.pool-max=3")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("DB_POOL_MIN must not be above DB_POOL_MAX"));
    }

    @Test
    void pinsTheDefaultsOfTheProperties() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(ValidationAutoConfiguration.class, DataAutoConfiguration.class))
                .withPropertyValues("culvert.data.schema=sample")
                .run(context -> assertThat(context.getBean(DataProperties.class))
                        .isEqualTo(new DataProperties("sample", 2, 20, Duration.ofSeconds(10))));
    }

    private static ConfigurableEnvironment environment() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("service", Map.of("culvert.data.schema", "sample")));
        new DataDefaults().postProcessEnvironment(environment, new SpringApplication());
        return environment;
    }
}
