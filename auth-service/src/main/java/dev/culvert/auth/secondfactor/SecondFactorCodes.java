package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.assurance.Assurance.Method;
import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.data.outbox.Outbox;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** Tells whether a code is one of an account: of its app, or a recovery code. Each works once; needs a transaction. */
@Component
class SecondFactorCodes {
    private static final Pattern APP_CODE = Pattern.compile("\\d{6}");

    private final AuthenticatorApps apps;
    private final RecoveryCodes recoveryCodes;
    private final Outbox outbox;

    SecondFactorCodes(AuthenticatorApps apps, RecoveryCodes recoveryCodes, Outbox outbox) {
        this.apps = apps;
        this.recoveryCodes = recoveryCodes;
        this.outbox = outbox;
    }

    /** Uses a code up; what it proves, if it is good. */
    Optional<Method> redeem(Account account, String code, Origin origin) {
        if (APP_CODE.matcher(code).matches()) {
            return apps.accept(account.id(), code) ? Optional.of(Method.ONE_TIME_CODE) : Optional.empty();
        }
        if (!recoveryCodes.redeem(account.id(), code)) {
            return Optional.empty();
        }
        outbox.append(
                account.tenantId(),
                new AuthEvent.RecoveryCodeUsed(
                        account.id(), recoveryCodes.unused(account.id()), origin.clientAddress()));
        return Optional.of(Method.RECOVERY_CODE);
    }
}
