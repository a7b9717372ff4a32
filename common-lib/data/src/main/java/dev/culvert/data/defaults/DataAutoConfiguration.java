package dev.culvert.data.defaults;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Checks {@link DataProperties} at start, and says what failures of the database mean to callers. */
@AutoConfiguration
@EnableConfigurationProperties(DataProperties.class)
class DataAutoConfiguration {

    @Bean
    DatabaseProblemTranslator databaseProblemTranslator() {
        return new DatabaseProblemTranslator();
    }
}
