package dev.culvert.auth.account;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.stereotype.Service;

/** Makes accounts of people whom another issuer vouches for. They have no password here, and none can be set by mail. */
@Service
public class ExternalRegistration {
    private static final Pattern NOT_IN_USERNAMES = Pattern.compile("[^A-Za-z0-9._-]");
    private static final Pattern BEFORE_FIRST_LETTER = Pattern.compile("^[^A-Za-z0-9]+");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s\\p{Cntrl}]{1,64}@[^@\\s\\p{Cntrl}]{1,190}");
    private static final int SHORTEST_USERNAME = 3;
    private static final int LONGEST_USERNAME = 50;
    private static final int SUFFIX = 8;

    private final RegistrationService registration;
    private final Accounts accounts;
    private final Clock clock;

    ExternalRegistration(RegistrationService registration, Accounts accounts, Clock clock) {
        this.registration = registration;
        this.accounts = accounts;
        this.clock = clock;
    }

    /**
     * A new account with a personal tenant, announced like every registration; needs a transaction in the system scope.
     *
     * @param username wished for; another one is made of it where it is taken or has characters that usernames have not
     * @param email proven and not yet in use; an address that leads nowhere takes its place where there is none
     */
    public Account register(Optional<String> username, Optional<String> email) {
        UUID id = UUID.randomUUID();
        Optional<String> address = email.filter(value -> EMAIL.matcher(value).matches());
        Account account = new Account(
                id,
                UUID.randomUUID(),
                free(username.or(() -> address).orElse(""), id),
                address.orElse(id + "@external.invalid"), // RFC 2606: there is never such a host
                Tier.FREE,
                Set.of(Role.USER),
                address.isPresent(),
                clock.instant());
        registration.create(account, Credentials.NO_PASSWORD);
        return account;
    }

    private String free(String wished, UUID id) {
        int end = wished.indexOf('@');
        String name = BEFORE_FIRST_LETTER
                .matcher(NOT_IN_USERNAMES
                        .matcher(end < 0 ? wished : wished.substring(0, end))
                        .replaceAll("-"))
                .replaceAll("");
        String cut = name.substring(0, Math.min(name.length(), LONGEST_USERNAME));
        if (cut.length() >= SHORTEST_USERNAME && accounts.findCredentials(cut).isEmpty()) {
            return cut;
        }
        String base = cut.isEmpty() ? "user" : cut.substring(0, Math.min(cut.length(), LONGEST_USERNAME - SUFFIX - 1));
        return base + "-" + id.toString().substring(0, SUFFIX);
    }
}
