package dev.culvert.admin.system;

import jakarta.validation.constraints.NotEmpty;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Which services make up the system.
 *
 * @param services base address by name
 * @param timeout time a service has to answer; one that takes longer counts as down
 */
@Validated
@ConfigurationProperties("culvert.admin.system")
record SystemProperties(
        @NotEmpty Map<String, URI> services,
        @DefaultValue("2s") Duration timeout) {
    SystemProperties {
        services = new LinkedHashMap<>(services);
    }
}
