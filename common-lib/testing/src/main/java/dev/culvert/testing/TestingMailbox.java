package dev.culvert.testing;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.subethamail.smtp.helper.SimpleMessageListener;
import org.subethamail.smtp.server.SMTPServer;

/** A real SMTP server that keeps every mail in memory and delivers none. */
public final class TestingMailbox implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * A mail as received.
     *
     * @param to the address of the envelope
     * @param text all text parts, one after the other
     */
    public record Mail(String from, String to, String subject, String text) {}

    private final SMTPServer server;
    private final List<Mail> mails = new ArrayList<>();

    private TestingMailbox() {
        server = new SMTPServer.Builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .simpleMessageListener(new Sink())
                .build();
        server.start();
    }

    public static TestingMailbox shared() {
        return Shared.INSTANCE;
    }

    public static TestingMailbox start() {
        return new TestingMailbox();
    }

    public int port() {
        return server.getPortAllocated();
    }

    /** Points a service's mails here. */
    public void register(DynamicPropertyRegistry registry) {
        registry.add("SMTP_HOST", () -> "127.0.0.1");
        registry.add("SMTP_PORT", this::port);
    }

    /** The first mail that fits, waiting for it if need be. */
    public synchronized Mail await(Predicate<Mail> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (Mail mail : mails) {
                if (wanted.test(mail)) {
                    return mail;
                }
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("No such mail after " + PATIENCE + " among " + mails);
            }
            wait(left / 1_000_000 + 1);
        }
    }

    /** The first mail to an address. */
    public Mail awaitTo(String address) throws InterruptedException {
        return await(mail -> mail.to().equalsIgnoreCase(address));
    }

    public synchronized List<Mail> mails() {
        return List.copyOf(mails);
    }

    @Override
    public void close() {
        server.stop();
    }

    private synchronized void keep(Mail mail) {
        mails.add(mail);
        notifyAll();
    }

    private final class Sink implements SimpleMessageListener {
        @Override
        public boolean accept(String from, String recipient) {
            return true;
        }

        @Override
        public void deliver(String from, String recipient, InputStream data) throws IOException {
            try {
                MimeMessage message = new MimeMessage(null, data);
                keep(new Mail(from, recipient, message.getSubject(), textOf(message)));
            } catch (MessagingException e) {
                throw new IOException("Not a mail", e);
            }
        }
    }

    private static String textOf(Part part) throws MessagingException, IOException {
        Object content = part.getContent();
        if (content instanceof Multipart parts) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < parts.getCount(); i++) {
                BodyPart each = parts.getBodyPart(i);
                text.append(textOf(each)).append('\n');
            }
            return text.toString();
        }
        return content instanceof String text ? text : "";
    }

    private static final class Shared {
        static final TestingMailbox INSTANCE = start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(INSTANCE::close, "testing-mailbox-stop"));
        }
    }
}
