package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.assurance.SecondFactorProperties;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.problem.ProblemException;
import org.springframework.stereotype.Component;

/** Setting up an authenticator app: a secret, then a code that shows the app has it. Needs a transaction. */
@Component
class Enrolment {
    private final AuthenticatorApps apps;
    private final SecondFactorProperties properties;
    private final Outbox outbox;

    Enrolment(AuthenticatorApps apps, SecondFactorProperties properties, Outbox outbox) {
        this.apps = apps;
        this.properties = properties;
        this.outbox = outbox;
    }

    /** A new secret; one that was not confirmed before no longer counts. */
    TotpSecret begin(Account account) {
        byte[] secret = apps.begin(account).orElseThrow(Enrolment::exists);
        return TotpSecret.of(secret, account, properties.issuer());
    }

    /** Whether the code was right, so that the app counts from now on. */
    boolean confirm(Account account, String code) {
        boolean confirmed = apps.confirm(account.id(), code);
        if (confirmed) {
            outbox.append(account.tenantId(), new AuthEvent.SecondFactorEnrolled(account.id(), SecondFactors.APP));
        }
        return confirmed;
    }

    static ProblemException exists() {
        return new ProblemException(
                        ProblemCode.CONFLICT_STATE, "There is an authenticator app already; remove it first.")
                .withAlias("SECOND_FACTOR_ENROLLED");
    }
}
