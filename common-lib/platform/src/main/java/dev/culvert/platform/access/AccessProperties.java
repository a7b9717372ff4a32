package dev.culvert.platform.access;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Access to what is no controller of ours.
 *
 * @param openPaths path patterns that anybody may read: health, metrics and the description of the API
 * @param freshFor how long after proving who they are somebody may do what asks for a fresh sign-in
 */
@ConfigurationProperties("culvert.access")
public record AccessProperties(
        @DefaultValue({"/health/**", "/ready", "/metrics", "/v3/api-docs/**", "/v3/api-docs.yaml", "/error"})
        List<String> openPaths,

        @DefaultValue("15m") Duration freshFor) {

    public AccessProperties {
        openPaths = List.copyOf(openPaths);
    }
}
