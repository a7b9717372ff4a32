package dev.culvert.user.quota;

import dev.culvert.data.tenant.TenantScope;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Forgets months that are long over; one instance each hour. */
@Component
class EndedWindows {
    private static final Logger log = LoggerFactory.getLogger(EndedWindows.class);
    private static final Duration KEPT = Duration.ofDays(90);

    private final QuotaLedger ledger;

    EndedWindows(QuotaLedger ledger) {
        this.ledger = ledger;
    }

    @Scheduled(initialDelayString = "PT5M", fixedDelayString = "PT1H")
    void forget() {
        TenantScope.callAsSystem("months are kept for 90 days after their end", () -> ledger.forget(KEPT))
                .ifPresent(rows -> log.atInfo().addKeyValue("rows", rows).log("Windows that are over were forgotten"));
    }
}
