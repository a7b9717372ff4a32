package dev.culvert.auth.cleanup;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Removal of what has served its time.
 *
 * @param interval time between two rounds; it also bounds how late the end of an idle session is announced
 * @param batch rows removed in one transaction
 * @param batches transactions for one kind of rows in one round, so that a backlog does not hold the database up
 */
@Validated
@ConfigurationProperties("culvert.auth.cleanup")
record CleanupProperties(
        @DefaultValue("1m") Duration interval,
        @DefaultValue("500") @Min(1) int batch,
        @DefaultValue("20") @Min(1) int batches) {}
