package dev.culvert.platform.defaults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Every setting a service starts from can be overridden: S2.44, D11 (PORT, LOG_LEVEL), D13 (level by setting). */
class CulvertDefaultsTest {

    @Test
    void pinsTheDefaults() {
        StandardEnvironment environment = environment(Map.of());

        assertThat(environment.getProperty("server.port")).isEqualTo("8080");
        assertThat(environment.getProperty("server.address")).isEqualTo("0.0.0.0");
        assertThat(environment.getProperty("server.shutdown")).isEqualTo("graceful");
        assertThat(environment.getProperty("spring.threads.virtual.enabled")).isEqualTo("true");
        assertThat(environment.getProperty("spring.lifecycle.timeout-per-shutdown-phase"))
                .isEqualTo("10s");
        assertThat(environment.getProperty("management.endpoints.web.exposure.include"))
                .isEqualTo("health,prometheus");
        assertThat(environment.getProperty("management.otlp.metrics.export.enabled"))
                .isEqualTo("false");
        assertThat(environment.getProperty("culvert.caller.issuer")).isEqualTo("http://127.0.0.1:8080");
        assertThat(environment.getProperty("culvert.caller.jwks-url"))
                .isEqualTo("http://127.0.0.1:8081/.well-known/jwks.json");
        assertThat(environment.getProperty("logging.level.root")).isEqualTo("INFO");
        assertThat(environment.getProperty("logging.structured.format.console"))
                .isEqualTo("dev.culvert.platform.logging.JsonLogFormatter");
        assertThat(environment.getProperty("spring.main.banner-mode")).isEqualTo("off");
    }

    @Test
    void readsTheVariablesOfTheSuite() {
        StandardEnvironment environment = environment(Map.of(
                "PORT", "9999",
                "BIND_ADDRESS", "127.0.0.1",
                "PUBLIC_URL", "https://culvert.example",
                "LOG_LEVEL", "DEBUG",
                "LOG_FORMAT", "plain"));

        assertThat(environment.getProperty("server.port")).isEqualTo("9999");
        assertThat(environment.getProperty("server.address")).isEqualTo("127.0.0.1");
        assertThat(environment.getProperty("culvert.caller.issuer")).isEqualTo("https://culvert.example");
        assertThat(environment.getProperty("logging.level.root")).isEqualTo("DEBUG");
        assertThat(environment.getProperty("logging.structured.format.console")).isNull();
    }

    @Test
    void givesWayToAService() {
        StandardEnvironment environment = environment(Map.of("server.port", "8085", "server.shutdown", "immediate"));

        assertThat(environment.getProperty("server.port")).isEqualTo("8085");
        assertThat(environment.getProperty("server.shutdown")).isEqualTo("immediate");
    }

    private static StandardEnvironment environment(Map<String, Object> properties) {
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(source ->
                        environment.getPropertySources().remove(source.getName())); // the machine's own variables
        environment.getPropertySources().addFirst(new MapPropertySource("service", properties));
        new CulvertDefaults().postProcessEnvironment(environment, new SpringApplication());
        return environment;
    }
}
