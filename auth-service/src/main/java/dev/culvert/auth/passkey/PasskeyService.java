package dev.culvert.auth.passkey;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.audit.AuditEvent;
import dev.culvert.auth.audit.AuditSeverity;
import dev.culvert.auth.audit.AuditTrail;
import dev.culvert.auth.audit.AuditType;
import dev.culvert.auth.passkey.Ceremonies.NewKey;
import dev.culvert.auth.passkey.Ceremonies.Registration;
import dev.culvert.auth.secondfactor.SecondFactors;
import dev.culvert.auth.signin.Proof;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** What somebody who is signed in does with their passkeys. */
@Service
class PasskeyService {
    private final Passkeys passkeys;
    private final PasskeyChallenges challenges;
    private final Ceremonies ceremonies;
    private final SecondFactors factors;
    private final Accounts accounts;
    private final AuditTrail audit;
    private final TransactionOperations transactions;
    private final PasskeyProperties properties;

    PasskeyService(
            Passkeys passkeys,
            PasskeyChallenges challenges,
            Ceremonies ceremonies,
            SecondFactors factors,
            Accounts accounts,
            AuditTrail audit,
            TransactionOperations transactions,
            PasskeyProperties properties) {
        this.passkeys = passkeys;
        this.challenges = challenges;
        this.ceremonies = ceremonies;
        this.factors = factors;
        this.accounts = accounts;
        this.audit = audit;
        this.transactions = transactions;
        this.properties = properties;
    }

    /** What a browser needs to make a passkey for the caller. */
    @Transactional
    public CreationOptions options(Caller caller) {
        Account account = account(caller);
        List<Passkey> present = passkeys.of(account.id());
        requireRoom(present);
        return new CreationOptions(
                new CreationOptions.PasskeyParty(properties.relyingParty(), properties.name()),
                new CreationOptions.PasskeyUser(UserHandle.text(account.id()), account.username(), account.username()),
                challenges
                        .issue(Purpose.REGISTRATION, Optional.of(account.id()))
                        .value(),
                Ceremonies.ALGORITHMS.stream()
                        .map(number -> new CreationOptions.PasskeyParameters(PasskeyProofs.TYPE, number))
                        .toList(),
                properties.challengeLifetime().toMillis(),
                PasskeyProofs.descriptors(present),
                new CreationOptions.PasskeySelection("preferred", false, PasskeyProofs.VERIFICATION),
                "none",
                Map.of("credProps", true));
    }

    /**
     * Registers the passkey that a browser made.
     *
     * @throws ProblemException VALIDATION_ERROR when it cannot be read or is refused, ALREADY_EXISTS when it is registered
     *     already, QUOTA_EXCEEDED when the account has as many as it may
     */
    RegisteredPasskeyResponse register(Caller caller, String name, RegisteredCredential sent) {
        Registration registration = ceremonies.read(sent);
        // A refusal leaves the transaction as a value, so that its record and the end of the challenge are kept.
        Proof<RegisteredPasskeyResponse> outcome =
                transactions.execute(_ -> register(account(caller), name, registration));
        return switch (outcome) {
            case Proof.Given<RegisteredPasskeyResponse> given -> given.value();
            case Proof.Refused<RegisteredPasskeyResponse> refused -> throw notRegistered(refused.refusal());
        };
    }

    private Proof<RegisteredPasskeyResponse> register(Account account, String name, Registration registration) {
        Proof<NewKey> proof =
                challenges.redeem(registration.challenge(), Purpose.REGISTRATION, Optional.of(account.id()))
                        ? ceremonies.verify(registration)
                        : PasskeyRefusal.CHALLENGE.refused();
        if (proof instanceof Proof.Refused<NewKey>(Proof.Refusal refusal)) {
            record(account, AuditSeverity.WARN, refusal.result());
        }
        return proof.then(key -> new Proof.Given<>(store(account, name, key)));
    }

    private RegisteredPasskeyResponse store(Account account, String name, NewKey key) {
        List<Passkey> present = passkeys.lockAllOf(account.id());
        requireRoom(present);
        Passkey stored = passkeys.insert(account, name, key)
                .orElseThrow(() -> new ProblemException(
                                ProblemCode.ALREADY_EXISTS, "This passkey is registered already; use another device.")
                        .withAlias("PASSKEY_EXISTS"));
        record(account, AuditSeverity.INFO, "passkey_registered");
        return new RegisteredPasskeyResponse(
                PasskeyResponse.of(stored), present.isEmpty() ? factors.passkeysBegan(account) : List.of());
    }

    /** The caller's passkeys, oldest first. */
    @Transactional(readOnly = true)
    public List<PasskeyResponse> list(Caller caller) {
        return passkeys.of(caller.userId()).stream().map(PasskeyResponse::of).toList();
    }

    /**
     * Gives one of them another name.
     *
     * @throws ProblemException NOT_FOUND when the caller has none of this id
     */
    @Transactional
    public PasskeyResponse rename(Caller caller, UUID id, String name) {
        return passkeys.rename(caller.userId(), id, name)
                .map(PasskeyResponse::of)
                .orElseThrow(PasskeyService::unknown);
    }

    /**
     * Takes one of them away.
     *
     * @throws ProblemException NOT_FOUND when the caller has none of this id, CONFLICT_STATE when it is the last of a
     *     required second factor
     */
    @Transactional
    public void remove(Caller caller, UUID id) {
        Account account = account(caller);
        List<Passkey> present = passkeys.lockAllOf(account.id());
        if (present.stream().noneMatch(passkey -> passkey.id().equals(id))) {
            throw unknown();
        }
        boolean last = present.size() == 1;
        if (last) {
            factors.requireSpare(account);
        }
        passkeys.remove(id);
        record(account, AuditSeverity.INFO, "passkey_removed");
        if (last) {
            factors.passkeysEnded(account);
        }
    }

    private void requireRoom(List<Passkey> present) {
        if (present.size() >= properties.mostPerAccount()) {
            throw new ProblemException(
                            ProblemCode.QUOTA_EXCEEDED,
                            "The account has " + present.size() + " passkeys, the most it may have; remove one first.")
                    .withAlias("TOO_MANY_PASSKEYS");
        }
    }

    private void record(Account account, AuditSeverity severity, String result) {
        audit.record(
                AuditEvent.of(AuditType.CREDENTIAL_CHANGE, severity, result).about(account.tenantId(), account.id()));
    }

    private Account account(Caller caller) {
        return accounts.find(caller.userId())
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.AUTH_TOKEN_INVALID, "The account of this token does not exist any more."));
    }

    private static ProblemException notRegistered(Proof.Refusal refusal) {
        ProblemException problem = new ProblemException(ProblemCode.VALIDATION_ERROR, refusal.detail())
                .withViolations(List.of(new Violation("credential", "was refused")));
        return refusal.alias().map(problem::withAlias).orElse(problem);
    }

    private static ProblemException unknown() {
        return new ProblemException(ProblemCode.NOT_FOUND, "You have no passkey of this id; list them to see which.")
                .withAlias("PASSKEY_NOT_FOUND");
    }
}
