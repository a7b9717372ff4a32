package dev.culvert.auth.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class MailPropertiesTest {

    @Test
    void hasTheseDefaults() {
        MailProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.mail", Bindable.of(MailProperties.class));

        assertThat(properties)
                .isEqualTo(new MailProperties(
                        "Culvert <no-reply@localhost>",
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(15),
                        Duration.ofDays(30)));
    }

    @Test
    void waitsLongerAfterEachFailureUpToALimit() {
        MailProperties properties = new MailProperties(
                "a@b", Duration.ZERO, Duration.ZERO, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ZERO);

        assertThat(properties.retryAfter(1)).isEqualTo(Duration.ofSeconds(5));
        assertThat(properties.retryAfter(2)).isEqualTo(Duration.ofSeconds(10));
        assertThat(properties.retryAfter(3)).isEqualTo(Duration.ofSeconds(20));
        assertThat(properties.retryAfter(4)).isEqualTo(Duration.ofSeconds(30));
        assertThat(properties.retryAfter(1_000)).isEqualTo(Duration.ofSeconds(30));
    }
}
