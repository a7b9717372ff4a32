package dev.culvert.auth;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** Gives the service a clock that tests can move forward. */
@TestConfiguration
class SkippableTime {

    @Bean
    @Primary
    TestClock testClock() {
        return new TestClock();
    }
}
