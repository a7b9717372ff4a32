package dev.culvert.auth;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/** Another instance of the service on the same stores, with settings of its own. */
public final class OtherInstance implements AutoCloseable {
    private static final List<String> SHARED_SETTINGS = List.of(
            "DB_URL",
            "DB_USER",
            "DB_PASSWORD",
            "DB_OWNER_USER",
            "DB_OWNER_PASSWORD",
            "REDIS_URL",
            "SECRET_KEY",
            "KAFKA_BOOTSTRAP_SERVERS",
            "PUBLIC_URL",
            "AUTH_JWKS_URL",
            "SMTP_HOST",
            "SMTP_PORT");

    private final ConfigurableApplicationContext context;

    private OtherInstance(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts one with the stores of {@code environment}; {@code arguments} like {@code --key=value}. */
    public static OtherInstance start(ConfigurableEnvironment environment, Clock clock, String... arguments) {
        Map<String, Object> settings =
                SHARED_SETTINGS.stream().collect(Collectors.toMap(name -> name, environment::getRequiredProperty));
        return new OtherInstance(new SpringApplicationBuilder(AuthApplication.class)
                .properties(settings)
                .initializers(context -> context.getBeanFactory().registerSingleton("clock", clock))
                .run(Stream.concat(Stream.of("--server.port=0", "--spring.jmx.enabled=false"), Stream.of(arguments))
                        .toArray(String[]::new)));
    }

    public AuthClient client() {
        return new AuthClient("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
    }

    @Override
    public void close() {
        context.close();
    }
}
