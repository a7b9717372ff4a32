package dev.culvert.platform.defaults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.ClassPathResource;

/** Adds {@code culvert-defaults.yaml} behind every other source of properties. */
final class CulvertDefaults implements EnvironmentPostProcessor {
    private static final String FILE = "culvert-defaults.yaml";

    /** One JSON object a line from the first line on (requirement R8.3), so without the banner. */
    private static final Map<String, Object> JSON_LOGS = Map.of(
            "logging.structured.format.console", "dev.culvert.platform.logging.JsonLogFormatter",
            "spring.main.banner-mode", "off");

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        try {
            new YamlPropertySourceLoader()
                    .load(FILE, new ClassPathResource(FILE))
                    .forEach(environment.getPropertySources()::addLast);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + FILE, e);
        }
        if (!"plain".equalsIgnoreCase(environment.getProperty("LOG_FORMAT", "json"))) {
            environment.getPropertySources().addLast(new MapPropertySource("culvert-json-logs", JSON_LOGS));
        }
    }
}
