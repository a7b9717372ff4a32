package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.assurance.Assurance.Method;
import dev.culvert.auth.assurance.AssurancePolicy;
import dev.culvert.auth.assurance.SecondFactorProperties;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.signin.SecondFactorRequired;
import dev.culvert.auth.signin.SecondStep;
import dev.culvert.auth.token.Origin;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Stops sign-ins that need more than the password: of accounts with an authenticator app, and of administrators. */
@Component
class SecondFactorGate implements SecondStep {
    private final SecondFactors factors;
    private final PasskeyFactor passkeys;
    private final SecondFactorCodes codes;
    private final SignInChallenges challenges;
    private final AssurancePolicy policy;
    private final SecondFactorProperties properties;

    SecondFactorGate(
            SecondFactors factors,
            PasskeyFactor passkeys,
            SecondFactorCodes codes,
            SignInChallenges challenges,
            AssurancePolicy policy,
            SecondFactorProperties properties) {
        this.factors = factors;
        this.passkeys = passkeys;
        this.codes = codes;
        this.challenges = challenges;
        this.policy = policy;
        this.properties = properties;
    }

    @Override
    public Optional<SecondFactorRequired> after(Account account, String name) {
        List<String> methods = factors.methods(account.id());
        boolean enrolled = !methods.isEmpty();
        if (!enrolled && !policy.needsSecondFactor(account)) {
            return Optional.empty();
        }
        OpaqueToken challenge = challenges.issue(account, name, !enrolled);
        return Optional.of(new SecondFactorRequired(new SecondFactorRequired.Challenge(
                challenge.value(),
                !enrolled,
                properties.challengeLifetime(),
                enrolled ? withRecoveryCodes(methods) : List.of(SecondFactors.APP),
                methods.contains(SecondFactors.PASSKEY) ? passkeys.ask(account) : Optional.empty())));
    }

    private static List<String> withRecoveryCodes(List<String> methods) {
        return Stream.concat(methods.stream(), Stream.of(SecondFactors.RECOVERY_CODE))
                .toList();
    }

    @Override
    public boolean enrolled(UUID accountId) {
        return factors.enrolled(accountId);
    }

    @Override
    public Optional<Method> proof(Account account, String code, Origin origin) {
        return codes.redeem(account, code, origin);
    }
}
