package dev.culvert.auth.account;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.data.tenant.TenantScope;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Makes the account {@code admin} at the very first start, before the service is ready. A row that only one transaction
 * can insert decides, so several instances starting at once make one account, and a deleted one does not come back.
 */
@Component
class FirstAdministrator implements ApplicationRunner {
    private static final Logger log = LoggerFactory.getLogger(FirstAdministrator.class);
    private static final String REASON = "the first administrator is made by the installation itself";
    private static final String ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private static final int GENERATED_GROUPS = 5;
    private static final int GROUP_LENGTH = 4;

    private final RegistrationService registration;
    private final Passwords passwords;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final AccountProperties properties;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    FirstAdministrator(
            RegistrationService registration,
            Passwords passwords,
            JdbcClient jdbc,
            TransactionOperations transactions,
            AccountProperties properties,
            Clock clock) {
        this.registration = registration;
        this.passwords = passwords;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        TenantScope.runAsSystem(REASON, this::createOnce);
    }

    private void createOnce() {
        if (transactions.execute(_ -> installed())) {
            return;
        }
        boolean generated = properties.initialAdminPassword().isEmpty();
        String password = generated ? generate() : checked(properties.initialAdminPassword());
        Account admin = new Account(
                UUID.randomUUID(),
                UUID.randomUUID(),
                "admin",
                "admin@localhost",
                Tier.ENTERPRISE,
                Set.of(Role.USER, Role.SUPER_ADMIN),
                true,
                clock.instant());
        String passwordHash = passwords.hash(password);
        boolean created = transactions.execute(_ -> {
            if (!markInstalled()) {
                return false;
            }
            registration.create(admin, passwordHash);
            return true;
        });
        if (created && generated) {
            log.warn(
                    "First start: sign in as 'admin' with the password '{}' and change it; it is not shown again",
                    password);
        } else if (created) {
            log.info("First start: the administrator 'admin' has the password of INITIAL_ADMIN_PASSWORD");
        }
    }

    private boolean installed() {
        return jdbc.sql("SELECT EXISTS (SELECT FROM installation)")
                .query(Boolean.class)
                .single();
    }

    /** Waits for another instance that is doing the same; false if that one succeeded. */
    private boolean markInstalled() {
        return jdbc.sql("INSERT INTO installation (created_at) VALUES (:now) ON CONFLICT DO NOTHING")
                        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    private static String checked(String password) {
        if (!StrongPassword.Validator.strong(password)) {
            throw new IllegalStateException("INITIAL_ADMIN_PASSWORD " + StrongPassword.RULE);
        }
        if (CommonPasswords.contain(password)) {
            throw new IllegalStateException("INITIAL_ADMIN_PASSWORD " + StrongPassword.COMMON);
        }
        return password;
    }

    /** Groups of letters and digits that are told apart easily; drawn again until it obeys the rule for passwords. */
    private String generate() {
        while (true) {
            StringBuilder password = new StringBuilder();
            for (int i = 0; i < GENERATED_GROUPS * GROUP_LENGTH; i++) {
                password.append(i > 0 && i % GROUP_LENGTH == 0 ? "-" : "")
                        .append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            if (StrongPassword.Validator.strong(password.toString())) {
                return password.toString();
            }
        }
    }
}
