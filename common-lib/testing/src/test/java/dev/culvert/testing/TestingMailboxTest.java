package dev.culvert.testing;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class TestingMailboxTest {

    @Test
    void keepsWhatWasSent() throws Exception {
        try (TestingMailbox mailbox = TestingMailbox.start()) {
            Properties settings = new Properties();
            settings.setProperty("mail.smtp.host", "127.0.0.1");
            settings.setProperty("mail.smtp.port", String.valueOf(mailbox.port()));
            MimeMessage message = new MimeMessage(Session.getInstance(settings));
            message.setFrom(new InternetAddress("culvert@example.org"));
            message.setRecipient(Message.RecipientType.TO, new InternetAddress("ada@example.org"));
            message.setSubject("Grüße");
            message.setText("Open http://127.0.0.1/verify?token=t");

            Transport.send(message);

            TestingMailbox.Mail mail = mailbox.awaitTo("ada@example.org");
            assertThat(mail.from()).isEqualTo("culvert@example.org");
            assertThat(mail.subject()).isEqualTo("Grüße");
            assertThat(mail.text()).contains("http://127.0.0.1/verify?token=t");
        }
    }
}
