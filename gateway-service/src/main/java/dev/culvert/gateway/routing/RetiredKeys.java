package dev.culvert.gateway.routing;

import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.stereotype.Component;

/**
 * Stops the start when a setting of Spring Cloud Gateway is given under a name that it no longer reads. Version 5 ignores the
 * former prefix without a word, so that what was set so would quietly not hold.
 */
@Component
final class RetiredKeys {
    private static final String ALL = "spring.cloud.gateway.";
    private static final String READ = "spring.cloud.gateway.server.webflux.";

    RetiredKeys(ConfigurableEnvironment environment) {
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> listed) {
                for (String key : listed.getPropertyNames()) {
                    if (key.startsWith(ALL) && !key.startsWith(READ)) {
                        throw new IllegalStateException(key + " of " + source.getName() + " is not read. Its name is "
                                + READ + key.substring(ALL.length()) + ", or it is gone.");
                    }
                }
            }
        }
    }
}
