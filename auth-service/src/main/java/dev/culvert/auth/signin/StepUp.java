package dev.culvert.auth.signin;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.account.Credentials;
import dev.culvert.auth.assurance.Assurance.Method;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import dev.culvert.auth.token.Origin;
import dev.culvert.auth.token.Sessions;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Lets somebody prove within a session that they are still there, so that sensitive operations are open to them again
 * without another sign-in (requirement AC15.1). Whoever has a second factor proves it with that, because a password may
 * have been read along; everybody else with the password. Wrong ones count like at a sign-in.
 */
@Service
public class StepUp {
    private static final String REASON = "a proof is checked like at a sign-in";

    private final Accounts accounts;
    private final PasswordCheck check;
    private final SecondStep secondStep;
    private final SignInRecords records;
    private final Sessions sessions;
    private final TransactionOperations transactions;

    StepUp(
            Accounts accounts,
            PasswordCheck check,
            SecondStep secondStep,
            SignInRecords records,
            Sessions sessions,
            TransactionOperations transactions) {
        this.accounts = accounts;
        this.check = check;
        this.secondStep = secondStep;
        this.records = records;
        this.sessions = sessions;
        this.transactions = transactions;
    }

    private record Present(Credentials credentials, boolean enrolled) {}

    /**
     * Proves it with whichever of the two the account is to use; the other one is not looked at.
     *
     * @return a token of the caller's session whose {@code auth_time} is now
     * @throws ProblemException VALIDATION_ERROR when what is needed was not sent, AUTHENTICATION_FAILED when it is wrong,
     *     ACCOUNT_LOCKED after too many wrong ones, FORBIDDEN when the token belongs to no session
     */
    AccessToken prove(Caller caller, Optional<String> password, Optional<String> code, Origin origin) {
        UUID sessionId = session(caller);
        Present present = present(caller);
        Account account = present.credentials().account();
        Attempt attempt = new Attempt(account.username(), Optional.of(present.credentials()), origin);
        if (present.enrolled()) {
            String sent = code.orElseThrow(
                    () -> missing("code", "The account has a second factor: send a code of it, or prove a passkey."));
            return check.whenCodeRight(
                    attempt,
                    account,
                    () -> Proof.ofCode(secondStep.proof(account, sent.strip(), origin))
                            .then(method -> new Proof.Given<>(prove(account, sessionId, method, attempt))));
        }
        String sent = password.orElseThrow(() -> missing("password", "Send the password of the account."));
        return check.whenRight(attempt, sent, right -> prove(right, sessionId, Method.PASSWORD, attempt));
    }

    /**
     * Proves it with something else than a code; wrong proofs count like wrong codes.
     *
     * @param proof how the owner of the account proves it; runs in a transaction of the system scope
     * @return a token of the caller's session whose {@code auth_time} is now
     * @throws ProblemException AUTHENTICATION_FAILED when the proof was refused, ACCOUNT_LOCKED after too many, FORBIDDEN
     *     when the token belongs to no session
     */
    public AccessToken proveBy(Caller caller, Origin origin, Function<Account, Proof<Method>> proof) {
        UUID sessionId = session(caller);
        Credentials credentials = present(caller).credentials();
        Account account = credentials.account();
        Attempt attempt = new Attempt(account.username(), Optional.of(credentials), origin);
        return check.whenCodeRight(
                attempt,
                account,
                () -> proof.apply(account)
                        .then(method -> new Proof.Given<>(prove(account, sessionId, method, attempt))));
    }

    private static UUID session(Caller caller) {
        return caller.sessionId()
                .map(UUID::fromString)
                .orElseThrow(() -> new ProblemException(ProblemCode.FORBIDDEN, "This token belongs to no session."));
    }

    private Present present(Caller caller) {
        return asSystem(() -> accounts.findCredentials(caller.userId())
                .map(found -> new Present(found, secondStep.enrolled(caller.userId())))
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.AUTH_TOKEN_INVALID, "The account of this token does not exist any more.")));
    }

    private AccessToken prove(Account account, UUID sessionId, Method method, Attempt attempt) {
        AccessToken token = sessions.prove(account, sessionId, method);
        records.provenAgain(attempt, account, sessionId);
        return token;
    }

    private static ProblemException missing(String field, String detail) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, detail)
                .withViolations(List.of(new Violation(field, "is required")));
    }

    private <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> work.get()));
    }
}
