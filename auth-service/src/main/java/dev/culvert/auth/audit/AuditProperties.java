package dev.culvert.auth.audit;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How long records are kept (requirement X-16).
 *
 * @param retention of all records but those of severity debug
 * @param debugRetention of records of severity debug: one for each renewal of a token
 */
@Validated
@ConfigurationProperties("culvert.auth.audit")
record AuditProperties(
        @DefaultValue("2557d") Duration retention,
        @DefaultValue("90d") Duration debugRetention) {}
