package dev.culvert.data.defaults;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** Checks {@link DataProperties} at start. */
@AutoConfiguration
@EnableConfigurationProperties(DataProperties.class)
class DataAutoConfiguration {}
