package dev.culvert.runner.mailbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import org.subethamail.smtp.server.SMTPServer;

/** Takes every mail the suite sends, for whomever it is, and keeps it; nothing ever leaves the machine. */
public final class MailServer implements AutoCloseable {

    private static final int LARGEST_MAIL_BYTES = 10 << 20;

    private final SMTPServer smtp;
    private final MailboxPages pages;

    public MailServer(Path folder, int smtpPort, int httpPort, Clock clock) throws IOException {
        var mails = new MailFolder(folder, clock);
        smtp = new SMTPServer.Builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(smtpPort)
                .hostName("localhost")
                .softwareName("Culvert mailbox")
                .maxMessageSize(LARGEST_MAIL_BYTES)
                .insertReceivedHeaders(false)
                .messageHandler((_, _, to, content) -> keep(mails, to, content))
                .build();
        smtp.start();
        pages = new MailboxPages(mails, httpPort);
    }

    private static void keep(MailFolder mails, String recipient, byte[] content) {
        try {
            mails.keep(recipient, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the sender sees a failed delivery and tries again
        }
    }

    @Override
    public void close() {
        smtp.stop();
        pages.close();
    }
}
