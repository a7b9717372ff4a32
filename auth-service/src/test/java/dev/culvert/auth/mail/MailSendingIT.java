package dev.culvert.auth.mail;

import static dev.culvert.auth.AuthClient.mailedToken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.testing.TestingMailbox;
import dev.culvert.testing.TestingPostgres;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.transaction.support.TransactionTemplate;

/** A mail that was promised arrives, whatever dies on the way. */
class MailSendingIT extends RunningAuthService {
    @Autowired
    private MailSending sending;

    @Autowired
    private MailQueue queue;

    @Autowired
    private JavaMailSenderImpl server;

    @Autowired
    private TransactionTemplate transactions;

    private int port;

    @BeforeEach
    void rememberThePort() {
        port = server.getPort();
    }

    @AfterEach
    void restore() {
        server.setPort(port);
        if (!sending.isRunning()) {
            sending.start();
        }
    }

    /** kill -9 after the commit and before the mail: the next sender finds the row. */
    @Test
    void sendsWhatAKilledSenderLeftBehind() {
        sending.stop();
        Person ada = client().register();
        assertThat(TestingMailbox.shared().mails()).noneMatch(mail -> mail.to().equals(ada.email()));

        sending.start();

        assertThat(mailedToken(ada)).isNotBlank();
    }

    /** kill -9 between taking a mail and sending it: another sender takes it once the claim is over. */
    @Test
    void takesOverAMailWhoseSenderDied() {
        sending.stop();
        Person ada = client().register();
        var claimed = transactions.execute(_ -> queue.claim(clock.instant().plusSeconds(30)));
        assertThat(claimed)
                .hasValueSatisfying(
                        mail -> assertThat(mail.sealed().recipient()).isEqualTo(ada.email()));
        assertThat(transactions.<Optional<?>>execute(_ -> queue.claim(clock.instant())))
                .isEmpty();

        clock.skip(Duration.ofSeconds(31));
        sending.start();

        assertThat(mailedToken(ada)).isNotBlank();
    }

    /** A mail sealed under a lost key is given up and holds nothing up behind it. */
    @Test
    void passesOverAMailThatCannotBeOpened() {
        sending.stop();
        Person lost = client().register();
        TestingPostgres.shared()
                .execute("UPDATE auth.mail SET sealed_body = 'v1.AAAA' WHERE recipient = '" + lost.email() + "'");
        Person ada = client().register();

        sending.start();

        assertThat(mailedToken(ada)).isNotBlank();
        assertThat(column("SELECT given_up_at IS NOT NULL FROM auth.mail WHERE recipient = ?", lost.email()))
                .containsExactly("t");
    }

    /** The mail server is away: the answer to the caller is the same, and the mail waits (S1.11's rule for its queue). */
    @Test
    void keepsTryingUntilTheMailServerIsBack() {
        server.setPort(1);
        Person ada = client().register();
        await().atMost(Duration.ofSeconds(30)).until(() -> attempts(ada) >= 2);

        server.setPort(port);

        assertThat(mailedToken(ada)).isNotBlank();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> column("SELECT sealed_body FROM auth.mail WHERE recipient = ?", ada.email())
                        .contains(""));
    }

    private static int attempts(Person person) {
        return Integer.parseInt(column("SELECT attempts FROM auth.mail WHERE recipient = ?", person.email())
                .getFirst());
    }
}
