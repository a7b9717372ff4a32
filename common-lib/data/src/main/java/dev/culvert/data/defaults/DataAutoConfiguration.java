package dev.culvert.data.defaults;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Checks {@link DataProperties} at start, and says what failures of the database mean to callers. */
@AutoConfiguration
@EnableConfigurationProperties(DataProperties.class)
class DataAutoConfiguration {

    @Bean
    static StatementTimeout statementTimeout(ObjectProvider<DataProperties> properties) {
        return new StatementTimeout(() -> properties.getObject().statementTimeout());
    }

    @Bean
    DatabaseProblemTranslator databaseProblemTranslator() {
        return new DatabaseProblemTranslator();
    }
}
