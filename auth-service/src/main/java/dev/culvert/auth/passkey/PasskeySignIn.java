package dev.culvert.auth.passkey;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.assurance.Assurance;
import dev.culvert.auth.assurance.Assurance.Method;
import dev.culvert.auth.passkey.Ceremonies.Assertion;
import dev.culvert.auth.secondfactor.SecondFactorSignIn;
import dev.culvert.auth.signin.AssertionOptions;
import dev.culvert.auth.signin.Proof;
import dev.culvert.auth.signin.SignInService;
import dev.culvert.auth.signin.StepUp;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.Sessions;
import dev.culvert.auth.token.TokenResponse;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** Signing in by passkey: alone, after a password, or once more within a session. */
@Service
class PasskeySignIn {
    private static final String REASON = "whoever signs in is known by a passkey before the tenant is";

    private final PasskeyProofs proofs;
    private final Passkeys passkeys;
    private final Ceremonies ceremonies;
    private final SignInService signIn;
    private final SecondFactorSignIn secondFactor;
    private final StepUp stepUp;
    private final Sessions sessions;
    private final Accounts accounts;
    private final TransactionOperations transactions;
    private final Clock clock;

    PasskeySignIn(
            PasskeyProofs proofs,
            Passkeys passkeys,
            Ceremonies ceremonies,
            SignInService signIn,
            SecondFactorSignIn secondFactor,
            StepUp stepUp,
            Sessions sessions,
            Accounts accounts,
            TransactionOperations transactions,
            Clock clock) {
        this.proofs = proofs;
        this.passkeys = passkeys;
        this.ceremonies = ceremonies;
        this.signIn = signIn;
        this.secondFactor = secondFactor;
        this.stepUp = stepUp;
        this.sessions = sessions;
        this.accounts = accounts;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Asks for any passkey. */
    AssertionOptions options() {
        return asSystem(proofs::askAnybody);
    }

    /**
     * Signs in whoever's passkey answers.
     *
     * @throws ProblemException VALIDATION_ERROR when the answer cannot be read, else like a sign-in by password
     */
    TokenResponse signIn(AssertedCredential sent, Origin origin) {
        Assertion answer = ceremonies.read(sent);
        Optional<Account> owner = asSystem(() -> owner(answer));
        return signIn.signInByKey(
                owner.map(Account::username).orElseGet(() -> "passkey " + answer.credentialText()),
                owner,
                origin,
                () -> proofs.prove(Purpose.SIGN_IN, Optional.empty(), owner, answer),
                account -> sessions.begin(account, origin, Assurance.byPasskey(clock.instant())));
    }

    /**
     * Finishes a sign-in whose password was right.
     *
     * @param challenge of the second step, as the answer to the password named it
     */
    TokenResponse secondStep(String challenge, AssertedCredential sent, Origin origin) {
        return secondFactor.completeBy(
                challenge,
                origin,
                by(Purpose.SECOND_STEP, sent),
                (account, assurance) -> sessions.begin(account, origin, assurance));
    }

    /**
     * Asks the caller for a passkey.
     *
     * @throws ProblemException CONFLICT_STATE when there is none
     */
    AssertionOptions reauthenticationOptions(Caller caller) {
        return asSystem(() -> accounts.find(caller.userId())
                        .flatMap(account -> proofs.ask(Purpose.REAUTHENTICATION, account)))
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.CONFLICT_STATE,
                        "The account has no passkey; prove it with a code or the password."));
    }

    /** A token of the caller's session whose {@code auth_time} is now. */
    AccessToken reauthenticate(Caller caller, AssertedCredential sent, Origin origin) {
        return stepUp.proveBy(caller, origin, by(Purpose.REAUTHENTICATION, sent));
    }

    private Function<Account, Proof<Method>> by(Purpose purpose, AssertedCredential sent) {
        Assertion answer = ceremonies.read(sent);
        return account -> proofs.prove(purpose, Optional.of(account), Optional.of(account), answer)
                .then(_ -> new Proof.Given<>(Method.PASSKEY));
    }

    private Optional<Account> owner(Assertion answer) {
        return passkeys.findByCredentialId(answer.credentialId())
                .flatMap(passkey -> accounts.find(passkey.accountId()));
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }
}
