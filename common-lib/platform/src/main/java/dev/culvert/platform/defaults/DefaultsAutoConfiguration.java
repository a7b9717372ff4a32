package dev.culvert.platform.defaults;

import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The time, so that tests can set it. */
@AutoConfiguration
public class DefaultsAutoConfiguration {
    /** PostgreSQL keeps microseconds: with finer times a created resource would read differently later. */
    private static final Duration STORED_PRECISION = Duration.ofNanos(1_000);

    @Bean
    @ConditionalOnMissingBean
    Clock clock() {
        return Clock.tick(Clock.systemUTC(), STORED_PRECISION);
    }
}
