package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.assurance.Assurance;
import dev.culvert.auth.assurance.Assurance.Method;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.secondfactor.SignInChallenges.Pending;
import dev.culvert.auth.signin.SignInService;
import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** The second step of a sign-in, after the password was right and a challenge was given for it. */
@Service
public class SecondFactorSignIn {
    private static final String REASON = "whoever signs in is known by a challenge before the tenant is";

    private final SignInChallenges challenges;
    private final SecondFactorCodes codes;
    private final RecoveryCodes recoveryCodes;
    private final Enrolment enrolment;
    private final SignInService signIn;
    private final Accounts accounts;
    private final TransactionOperations transactions;
    private final Clock clock;

    SecondFactorSignIn(
            SignInChallenges challenges,
            SecondFactorCodes codes,
            RecoveryCodes recoveryCodes,
            Enrolment enrolment,
            SignInService signIn,
            Accounts accounts,
            TransactionOperations transactions,
            Clock clock) {
        this.challenges = challenges;
        this.codes = codes;
        this.recoveryCodes = recoveryCodes;
        this.enrolment = enrolment;
        this.signIn = signIn;
        this.accounts = accounts;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * What a completed sign-in began.
     *
     * @param recoveryCodes shown only now, when the app was set up on the way in; else empty
     */
    public record Completed<T>(T begun, List<String> recoveryCodes) {
        public Completed {
            recoveryCodes = List.copyOf(recoveryCodes);
        }
    }

    private record Challenged(OpaqueToken challenge, Pending pending, Account account) {}

    /**
     * Gives somebody who has no app yet, and must have one, the secret for it. Nothing else can be done with the challenge
     * until a code of the app came.
     *
     * @throws ProblemException AUTHENTICATION_FAILED when the challenge is not good, CONFLICT_STATE when there is an app
     */
    public TotpSecret enrol(String challenge) {
        Challenged challenged = challenged(challenge);
        if (!challenged.pending().enrolment()) {
            throw Enrolment.exists();
        }
        return asSystem(() -> enrolment.begin(challenged.account()));
    }

    /**
     * Finishes a sign-in with a code of the app or a recovery code.
     *
     * @param begin given the account and what was proven; runs in the system scope, in the transaction that uses the code up
     * @throws ProblemException AUTHENTICATION_FAILED when the challenge or the code is not good, ACCOUNT_LOCKED after too
     *     many wrong codes
     */
    public <T> Completed<T> complete(
            String challenge, String code, Origin origin, BiFunction<Account, Assurance, T> begin) {
        Challenged challenged = challenged(challenge);
        Account account = challenged.account();
        return signIn.secondStep(
                account,
                challenged.pending().name(),
                origin,
                () -> proof(challenged, code.strip(), origin)
                        .filter(_ -> challenges.redeem(challenged.challenge()))
                        .map(method -> new Completed<>(
                                begin.apply(account, assurance(method)),
                                challenged.pending().enrolment() ? recoveryCodes.renew(account) : List.of())));
    }

    /** How the code proves who this is, if it does. */
    private Optional<Method> proof(Challenged challenged, String code, Origin origin) {
        Account account = challenged.account();
        if (challenged.pending().enrolment()) {
            return enrolment.confirm(account, code) ? Optional.of(Method.ONE_TIME_CODE) : Optional.empty();
        }
        return codes.redeem(account, code, origin);
    }

    private Assurance assurance(Method second) {
        return new Assurance(clock.instant(), EnumSet.of(Method.PASSWORD, second));
    }

    private Challenged challenged(String text) {
        OpaqueToken challenge = OpaqueToken.of(text);
        return asSystem(() -> challenges
                        .find(challenge)
                        .flatMap(pending -> accounts.find(pending.accountId())
                                .map(account -> new Challenged(challenge, pending, account))))
                .orElseThrow(() -> new ProblemException(
                                ProblemCode.AUTHENTICATION_FAILED,
                                "The challenge is unknown, too old or was used before; begin with the password again.")
                        .withAlias("CHALLENGE_INVALID"));
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }
}
