package dev.culvert.admin.violation;

import dev.culvert.data.tenant.TenantScope;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Forgets violations as other logs are forgotten (requirement X-16); every instance may try, a row goes once. */
@Component
class OldViolations {
    private static final Logger log = LoggerFactory.getLogger(OldViolations.class);
    private static final Duration KEPT = Duration.ofDays(90);

    private final Violations violations;

    OldViolations(Violations violations) {
        this.violations = violations;
    }

    @Scheduled(initialDelayString = "PT10M", fixedDelayString = "PT1H")
    void forget() {
        int forgotten = TenantScope.callAsSystem("violations are kept 90 days", () -> violations.forget(KEPT));
        log.atDebug().addKeyValue("rows", forgotten).log("Old violations of limits forgotten");
    }
}
