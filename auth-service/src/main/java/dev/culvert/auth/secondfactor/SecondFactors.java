package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.assurance.AssurancePolicy;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.problem.ProblemException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * What the second factors of an account have in common, whether an authenticator app or passkeys: recovery codes beside the
 * first, and a last one that stays where one is required. All methods need a transaction.
 */
@Component
public class SecondFactors {
    static final String APP = "totp";
    static final String PASSKEY = "passkey";
    static final String RECOVERY_CODE = "recovery_code";

    private final AuthenticatorApps apps;
    private final PasskeyFactor passkeys;
    private final RecoveryCodes recoveryCodes;
    private final AssurancePolicy policy;
    private final Outbox outbox;

    SecondFactors(
            AuthenticatorApps apps,
            PasskeyFactor passkeys,
            RecoveryCodes recoveryCodes,
            AssurancePolicy policy,
            Outbox outbox) {
        this.apps = apps;
        this.passkeys = passkeys;
        this.recoveryCodes = recoveryCodes;
        this.policy = policy;
        this.outbox = outbox;
    }

    /** Whether an account has any. */
    boolean enrolled(UUID accountId) {
        return since(accountId).isPresent();
    }

    /** Since when it has any. */
    Optional<Instant> since(UUID accountId) {
        return Stream.of(apps.confirmedAt(accountId), passkeys.since(accountId))
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    /** The kinds an account has, {@code totp} and {@code passkey}. */
    List<String> methods(UUID accountId) {
        return Stream.of(
                        apps.confirmedAt(accountId).map(_ -> APP),
                        passkeys.since(accountId).map(_ -> PASSKEY))
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * Announces that an account has got its first passkey.
     *
     * @return recovery codes, seen only here, when there is no authenticator app whose codes would do; else empty
     */
    public List<String> passkeysBegan(Account account) {
        outbox.append(account.tenantId(), new AuthEvent.SecondFactorEnrolled(account.id(), PASSKEY));
        return apps.confirmedAt(account.id()).isPresent() ? List.of() : recoveryCodes.renew(account);
    }

    /**
     * Makes sure that the last passkey may go; to be called while it is still there.
     *
     * @throws ProblemException CONFLICT_STATE when the account needs a second factor and has no authenticator app
     */
    public void requireSpare(Account account) {
        requireSpare(account, apps.confirmedAt(account.id()).isPresent());
    }

    /** Announces that the last passkey of an account is gone, and its recovery codes with it unless there is an app. */
    public void passkeysEnded(Account account) {
        outbox.append(account.tenantId(), new AuthEvent.SecondFactorRemoved(account.id(), PASSKEY));
        forgetCodesOfNone(account);
    }

    /** The same question about the authenticator app. */
    void requireSpareForApp(Account account) {
        requireSpare(account, passkeys.since(account.id()).isPresent());
    }

    /** Announces that the authenticator app of an account is gone, and its recovery codes with it unless there are passkeys. */
    void appEnded(Account account) {
        outbox.append(account.tenantId(), new AuthEvent.SecondFactorRemoved(account.id(), APP));
        forgetCodesOfNone(account);
    }

    private void requireSpare(Account account, boolean spare) {
        if (!spare && policy.needsSecondFactor(account)) {
            throw new ProblemException(
                            ProblemCode.CONFLICT_STATE,
                            "Administrators need a second factor on this installation, and this is the last one.")
                    .withAlias("SECOND_FACTOR_REQUIRED");
        }
    }

    private void forgetCodesOfNone(Account account) {
        if (!enrolled(account.id())) {
            recoveryCodes.forget(account.id());
        }
    }
}
