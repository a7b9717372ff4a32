package dev.culvert.admin.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Pins every key and default of {@link UsersProperties}. */
class UsersPropertiesTest {
    private static final URI USER_SERVICE = URI.create("http://127.0.0.1:8082");

    @Test
    void defaults() {
        assertThat(bind(Map.of("culvert.admin.users.user-service", USER_SERVICE.toString())))
                .isEqualTo(new UsersProperties(USER_SERVICE, Duration.ofSeconds(1), Duration.ofSeconds(5)));
    }

    @Test
    void keys() {
        assertThat(bind(Map.of(
                        "culvert.admin.users.user-service", USER_SERVICE.toString(),
                        "culvert.admin.users.connect-timeout", "3s",
                        "culvert.admin.users.read-timeout", "4s")))
                .isEqualTo(new UsersProperties(USER_SERVICE, Duration.ofSeconds(3), Duration.ofSeconds(4)));
    }

    private static UsersProperties bind(Map<String, String> source) {
        return new Binder(new MapConfigurationPropertySource(source))
                .bind("culvert.admin.users", UsersProperties.class)
                .get();
    }
}
