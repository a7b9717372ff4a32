package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.assurance.AssurancePolicy;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What somebody who is signed in does with their second factor. */
@Service
@Transactional
class SecondFactorService {
    private final AuthenticatorApps apps;
    private final RecoveryCodes recoveryCodes;
    private final Enrolment enrolment;
    private final SecondFactors factors;
    private final AssurancePolicy policy;
    private final Accounts accounts;
    private final Outbox outbox;

    SecondFactorService(
            AuthenticatorApps apps,
            RecoveryCodes recoveryCodes,
            Enrolment enrolment,
            SecondFactors factors,
            AssurancePolicy policy,
            Accounts accounts,
            Outbox outbox) {
        this.apps = apps;
        this.recoveryCodes = recoveryCodes;
        this.enrolment = enrolment;
        this.factors = factors;
        this.policy = policy;
        this.accounts = accounts;
        this.outbox = outbox;
    }

    /**
     * How an account is protected.
     *
     * @param methods {@code totp} for an authenticator app, {@code passkey}
     */
    record Status(
            boolean enrolled,
            boolean required,
            Optional<Instant> enrolledAt,
            List<String> methods,
            int recoveryCodesLeft) {
        Status {
            methods = List.copyOf(methods);
        }
    }

    @Transactional(readOnly = true)
    Status status(Caller caller) {
        Account account = account(caller);
        Optional<Instant> since = factors.since(account.id());
        return new Status(
                since.isPresent(),
                policy.needsSecondFactor(account),
                since,
                factors.methods(account.id()),
                recoveryCodes.unused(account.id()));
    }

    TotpSecret enrol(Caller caller) {
        return enrolment.begin(account(caller));
    }

    /** The app counts from now on; the recovery codes are seen only here. */
    List<String> confirm(Caller caller, String code) {
        Account account = account(caller);
        if (apps.confirmedAt(account.id()).isPresent()) {
            throw Enrolment.exists();
        }
        if (!enrolment.confirm(account, code.strip())) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR,
                            "This is not the present code of the app; check that its clock is right.")
                    .withViolations(List.of(new Violation("code", "is not the present code")));
        }
        return recoveryCodes.renew(account);
    }

    List<String> renewRecoveryCodes(Caller caller) {
        Account account = account(caller);
        if (!factors.enrolled(account.id())) {
            throw new ProblemException(
                    ProblemCode.CONFLICT_STATE, "Set up an authenticator app or register a passkey first.");
        }
        outbox.append(new AuthEvent.RecoveryCodesRenewed(account.id()));
        return recoveryCodes.renew(account);
    }

    /** The password alone is enough again, unless there are passkeys; nothing happens when there is no app. */
    void remove(Caller caller) {
        Account account = account(caller);
        factors.requireSpareForApp(account);
        if (apps.remove(account.id())) {
            factors.appEnded(account);
        }
    }

    private Account account(Caller caller) {
        return accounts.find(caller.userId())
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.AUTH_TOKEN_INVALID, "The account of this token does not exist any more."));
    }
}
