package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.assurance.Assurance;
import dev.culvert.auth.assurance.Assurance.Method;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.secondfactor.SignInChallenges.Pending;
import dev.culvert.auth.signin.Proof;
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
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** The second step of a sign-in, after the password was right and a challenge was given for it. */
@Service
public class SecondFactorSignIn {
    private static final String REASON = "whoever signs in is known by a challenge before the tenant is";

    private static final String INVALID = "CHALLENGE_INVALID";
    private static final String BEGIN_AGAIN =
            "The challenge is unknown, too old or was used before; begin with the password again.";
    private static final Proof.Refusal USED =
            new Proof.Refusal("wrong_second_factor", Optional.of(INVALID), BEGIN_AGAIN);

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
                () -> Proof.ofCode(proof(challenged, code.strip(), origin)
                        .filter(_ -> challenges.redeem(challenged.challenge()))
                        .map(method -> new Completed<>(
                                begin.apply(account, assurance(method)),
                                challenged.pending().enrolment() ? recoveryCodes.renew(account) : List.of()))));
    }

    /**
     * Finishes a sign-in with something else than a code.
     *
     * @param proof how the owner of the account proves it; runs in the transaction of {@code begin}
     * @param begin given the account and what was proven; runs in the system scope
     * @throws ProblemException AUTHENTICATION_FAILED when the challenge is not good or the proof is refused, ACCOUNT_LOCKED
     *     after too many refusals
     */
    public <T> T completeBy(
            String challenge,
            Origin origin,
            Function<Account, Proof<Method>> proof,
            BiFunction<Account, Assurance, T> begin) {
        Challenged challenged = challenged(challenge);
        Account account = challenged.account();
        return signIn.secondStep(
                account,
                challenged.pending().name(),
                origin,
                () -> proof.apply(account)
                        .then(method -> challenges.redeem(challenged.challenge())
                                ? new Proof.Given<>(begin.apply(account, assurance(method)))
                                : new Proof.Refused<>(USED)));
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
                .orElseThrow(
                        () -> new ProblemException(ProblemCode.AUTHENTICATION_FAILED, BEGIN_AGAIN).withAlias(INVALID));
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }
}
