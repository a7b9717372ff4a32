package dev.culvert.runner.mailbox;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kept mails: one {@code .eml} file each, named by its time of arrival. */
final class MailFolder {

    private static final Pattern ID = Pattern.compile("\\d{13}-[0-9a-f]{8}");
    private static final String SUFFIX = ".eml";

    private final Path folder;
    private final Clock clock;
    private final Session session = Session.getInstance(new Properties());

    MailFolder(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** Puts the envelope's recipient in front as {@code Delivered-To}, as mail servers do on delivery. */
    void keep(String recipient, byte[] content) throws IOException {
        String id = "%013d-%s"
                .formatted(clock.millis(), UUID.randomUUID().toString().substring(0, 8));
        var bytes = new ByteArrayOutputStream(content.length + 64);
        bytes.writeBytes(
                ("Delivered-To: " + recipient.replaceAll("[\\r\\n]", "") + "\r\n").getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(content);
        Path unfinished = folder.resolve(id + ".unfinished");
        Files.write(unfinished, bytes.toByteArray());
        Files.move(unfinished, folder.resolve(id + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Newest first. */
    List<Mail> newest(int limit) throws IOException {
        List<String> ids;
        try (Stream<Path> files = Files.list(folder)) {
            ids = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted(Comparator.reverseOrder())
                    .limit(limit)
                    .toList();
        }
        var mails = new ArrayList<Mail>();
        for (String id : ids) {
            find(id).ifPresent(mails::add);
        }
        return mails;
    }

    Optional<Mail> find(String id) throws IOException {
        Optional<byte[]> raw = raw(id);
        return raw.isPresent() ? Optional.of(parse(id, raw.get())) : Optional.empty();
    }

    Optional<byte[]> raw(String id) throws IOException {
        Path file = folder.resolve(id + SUFFIX);
        boolean known = ID.matcher(id).matches() && Files.exists(file);
        return known ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    private Mail parse(String id, byte[] raw) throws IOException {
        Instant receivedAt = Instant.ofEpochMilli(Long.parseLong(id.substring(0, 13)));
        try {
            var message = new MimeMessage(session, new ByteArrayInputStream(raw));
            return new Mail(
                    id,
                    receivedAt,
                    header(message, "From"),
                    header(message, "Delivered-To"),
                    orEmpty(message.getSubject()),
                    text(message));
        } catch (MessagingException e) {
            return new Mail(id, receivedAt, "", "", "(unreadable mail)", new String(raw, StandardCharsets.UTF_8));
        }
    }

    /** The plain text where there is one, otherwise the HTML with its marks taken out. */
    private static String text(Part part) throws MessagingException, IOException {
        if (part.isMimeType("text/plain")) {
            return part.getContent().toString();
        }
        if (part.isMimeType("text/html")) {
            return part.getContent().toString().replaceAll("<[^>]*>", " ").replaceAll("[ \\t]+", " ");
        }
        if (part.getContent() instanceof Multipart parts) {
            return text(parts);
        }
        return "";
    }

    private static String text(Multipart parts) throws MessagingException, IOException {
        String best = "";
        for (int i = 0; i < parts.getCount(); i++) {
            Part part = parts.getBodyPart(i);
            String text = text(part);
            if (part.isMimeType("text/plain")) {
                return text;
            }
            best = best.isEmpty() ? text : best;
        }
        return best;
    }

    private static String header(MimeMessage message, String name) throws MessagingException {
        return orEmpty(message.getHeader(name, ", "));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
