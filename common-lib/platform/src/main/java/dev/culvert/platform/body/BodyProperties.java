package dev.culvert.platform.body;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of request bodies.
 *
 * @param maxSize largest body that is read, whatever its type
 */
@ConfigurationProperties("culvert.body")
public record BodyProperties(@DefaultValue("10MB") DataSize maxSize) {}
