package dev.culvert.gateway.ratelimit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;

/** The limits as they are without settings, with some of their own. */
final class TestLimits {
    private TestLimits() {}

    /** Settings are pairs of a key below {@code culvert.gateway.ratelimit} and a value. */
    static RateLimitProperties with(Object... settings) {
        Map<String, Object> set = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            set.put("culvert.gateway.ratelimit." + settings[i], settings[i + 1]);
        }
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("set", set));
        try {
            new YamlPropertySourceLoader()
                    .load("application", new ClassPathResource("application.yaml"))
                    .forEach(environment.getPropertySources()::addLast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ConfigurationPropertySources.attach(environment);
        return Binder.get(environment).bindOrCreate("culvert.gateway.ratelimit", RateLimitProperties.class);
    }
}
