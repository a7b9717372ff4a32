package dev.culvert.auth.federation;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.audit.AuditEvent;
import dev.culvert.auth.audit.AuditSeverity;
import dev.culvert.auth.audit.AuditTrail;
import dev.culvert.auth.audit.AuditType;
import dev.culvert.data.tenant.TenantScope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Records and counts what comes from providers (requirements R2.6, S3.9). */
@Component
class ExternalAttempts {
    private static final String REASON = "an attempt is recorded before its tenant is known";

    private final AuditTrail audit;
    private final TransactionOperations transactions;
    private final MeterRegistry meters;

    ExternalAttempts(AuditTrail audit, TransactionOperations transactions, MeterRegistry meters) {
        this.audit = audit;
        this.transactions = transactions;
        this.meters = meters;
    }

    /**
     * Something that was refused.
     *
     * @param who id of the issuer, and the subject where it is proven
     * @param reason one word or several joined by underscores
     */
    void refused(String who, String reason) {
        store(AuditEvent.of(AuditType.FAILED_LOGIN, AuditSeverity.WARN, "external_" + reason)
                .attemptedAs(who));
        count("refused");
    }

    /** A token that was exchanged. */
    void accepted(String who, Account account) {
        store(AuditEvent.of(AuditType.LOGIN, AuditSeverity.DEBUG, "external_token_accepted")
                .attemptedAs(who)
                .about(account.tenantId(), account.id()));
        count("accepted");
    }

    private void store(AuditEvent event) {
        TenantScope.runAsSystem(REASON, () -> transactions.executeWithoutResult(_ -> audit.record(event)));
    }

    private void count(String result) {
        Counter.builder("external.identity")
                .description("Tokens of and sign-ins through other issuers")
                .tag("result", result)
                .register(meters)
                .increment();
    }
}
