package dev.culvert.gateway.compression;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Which answers are compressed on their way out.
 *
 * @param enabled whether any are
 * @param level from 1, fast, to 9, small
 * @param minSize answers that say they are shorter stay as they are
 * @param types content types without parameters; {@code type/*} and {@code *}{@code /*+suffix} stand for several
 * @param excludedPaths paths, with everything below them, whose answers hold secrets next to what the caller sent: their
 *     length after compression would tell about the secret (BREACH)
 */
@ConfigurationProperties("culvert.gateway.compression")
public record CompressionProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("6") int level,
        @DefaultValue("1KB") DataSize minSize,

        @DefaultValue({
            "application/json",
            "application/*+json",
            "application/javascript",
            "application/xml",
            "application/*+xml",
            "text/*",
            "image/svg+xml"
        })
        List<String> types,

        @DefaultValue({
            "/api/v1/auth",
            "/api/v1/admin/auth",
            "/api/v1/oauth",
            "/api/v1/api-keys",
            "/api/v1/webhooks",
            "/oauth"
        })
        List<String> excludedPaths) {

    public CompressionProperties {
        types = List.copyOf(types);
        excludedPaths = List.copyOf(excludedPaths);
        if (level < 1 || level > 9) {
            throw new IllegalArgumentException("culvert.gateway.compression.level must be from 1 to 9, not " + level);
        }
    }
}
