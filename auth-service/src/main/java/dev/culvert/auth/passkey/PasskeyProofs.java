package dev.culvert.auth.passkey;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.passkey.Ceremonies.Assertion;
import dev.culvert.auth.secondfactor.PasskeyFactor;
import dev.culvert.auth.signin.AssertionOptions;
import dev.culvert.auth.signin.AssertionOptions.PasskeyDescriptor;
import dev.culvert.auth.signin.Proof;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Asks for passkeys and tells whether an answer proves that the owner is there. Needs a transaction. */
@Component
class PasskeyProofs implements PasskeyFactor {
    static final String TYPE = "public-key";
    static final String VERIFICATION = "required";

    private final Passkeys passkeys;
    private final PasskeyChallenges challenges;
    private final Ceremonies ceremonies;
    private final PasskeyProperties properties;

    PasskeyProofs(
            Passkeys passkeys, PasskeyChallenges challenges, Ceremonies ceremonies, PasskeyProperties properties) {
        this.passkeys = passkeys;
        this.challenges = challenges;
        this.ceremonies = ceremonies;
        this.properties = properties;
    }

    @Override
    public Optional<Instant> since(UUID accountId) {
        return passkeys.since(accountId);
    }

    @Override
    public Optional<AssertionOptions> ask(Account account) {
        return ask(Purpose.SECOND_STEP, account);
    }

    /** Asks for a passkey of an account; empty when it has none. */
    Optional<AssertionOptions> ask(Purpose purpose, Account account) {
        List<PasskeyDescriptor> own = descriptors(passkeys.of(account.id()));
        return own.isEmpty() ? Optional.empty() : Optional.of(options(purpose, Optional.of(account.id()), own));
    }

    /** Asks for any passkey, which then tells whose it is. */
    AssertionOptions askAnybody() {
        return options(Purpose.SIGN_IN, Optional.empty(), List.of());
    }

    /**
     * Whether an answer proves that the owner of an account is there; uses up the challenge it answers in any case.
     *
     * @param asked the account the challenge was given for, empty where it was for anybody
     * @param owner of the passkey that answers, empty when nobody has it
     */
    Proof<Account> prove(Purpose purpose, Optional<Account> asked, Optional<Account> owner, Assertion answer) {
        if (!challenges.redeem(answer.challenge(), purpose, asked.map(Account::id))) {
            return PasskeyRefusal.CHALLENGE.refused();
        }
        Optional<Passkey> passkey = passkeys.findByCredentialId(answer.credentialId());
        if (owner.isEmpty()
                || passkey.filter(found -> isMeant(found, owner.get(), asked, answer))
                        .isEmpty()) {
            return PasskeyRefusal.UNKNOWN.refused();
        }
        return ceremonies
                .verify(answer, passkey.get())
                .then(use -> passkeys.used(passkey.get().id(), use)
                        ? new Proof.Given<>(owner.get())
                        : PasskeyRefusal.COUNTER.refused());
    }

    /** WebAuthn §7.2 step 6: whoever is not known yet is named by the handle; elsewhere it may be left out. */
    private static boolean isMeant(Passkey passkey, Account owner, Optional<Account> asked, Assertion answer) {
        boolean handleFits = answer.userHandle()
                .map(handle -> UserHandle.matches(handle, owner.id()))
                .orElse(asked.isPresent());
        return handleFits && passkey.accountId().equals(owner.id());
    }

    private AssertionOptions options(Purpose purpose, Optional<UUID> accountId, List<PasskeyDescriptor> allowed) {
        return new AssertionOptions(
                challenges.issue(purpose, accountId).value(),
                properties.challengeLifetime().toMillis(),
                properties.relyingParty(),
                allowed,
                VERIFICATION);
    }

    static List<PasskeyDescriptor> descriptors(List<Passkey> passkeys) {
        return passkeys.stream()
                .map(passkey -> new PasskeyDescriptor(TYPE, passkey.credentialText(), passkey.transports()))
                .toList();
    }
}
