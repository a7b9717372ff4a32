package dev.culvert.auth.assurance;

import dev.culvert.auth.account.Account;
import dev.culvert.contracts.identity.Role;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** What administrators have to prove (requirements AC1.2, X-38). */
@Component
public class AssurancePolicy {
    private final SecondFactorProperties properties;

    AssurancePolicy(SecondFactorProperties properties) {
        this.properties = properties;
    }

    /** Whether a password alone does not sign this account in. */
    public boolean needsSecondFactor(Account account) {
        return properties.requiredForAdministrators() && account.administrator();
    }

    /**
     * The roles a token may carry. A session from before the second factor was required goes on, but without the rights of
     * an administrator.
     */
    public Set<Role> rolesFor(Account account, Assurance assurance) {
        return rolesFor(account, assurance.secondFactor());
    }

    /**
     * The roles a token may carry.
     *
     * @param secondFactor whether it took more than a password, as proven here or told by a trusted issuer
     */
    public Set<Role> rolesFor(Account account, boolean secondFactor) {
        if (secondFactor || !needsSecondFactor(account)) {
            return account.roles();
        }
        return account.roles().stream().filter(role -> !role.administrator()).collect(Collectors.toUnmodifiableSet());
    }
}
