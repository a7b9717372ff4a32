package dev.culvert.runner.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.runner.home.Ports;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailServerTest {

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private Map<String, Integer> ports;
    private MailServer server;

    @BeforeEach
    void start() throws IOException {
        ports = new Ports(Map.of()).free("smtp").free("http").chosen();
        server = new MailServer(folder, ports.get("smtp"), ports.get("http"), Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void keepsAMailAsAFileAndShowsItWithItsLinks() throws Exception {
        send("ada@example.org", "Überprüfen", "Please open http://127.0.0.1:8080/verify?token=a&b=c now");

        String list = get("/api/mails").body();
        assertThat(list)
                .contains("\"to\" : \"ada@example.org\"")
                .contains("Überprüfen")
                .contains("token=a&b=c");
        try (Stream<Path> files = Files.list(folder)) {
            Path file = files.findFirst().orElseThrow();
            String id = file.getFileName().toString().replace(".eml", "");
            assertThat(Files.readString(file)).startsWith("Delivered-To: ada@example.org");
            assertThat(get("/mails/" + id).body())
                    .contains("<a rel=\"noreferrer\" href=\"http://127.0.0.1:8080/verify?token=a&amp;b=c\">");
        }
    }

    @Test
    void showsMarkupInAMailAsText() throws Exception {
        send("eve@example.org", "<script>alert(1)</script>", "<img src=x onerror=alert(2)> http://a/\"onclick=\"x");

        String list = get("/").body();
        assertThat(list).contains("&lt;script&gt;alert(1)&lt;/script&gt;").doesNotContain("<script>");
        String id = list.replaceAll("(?s).*href=\"/mails/([^\"]+)\".*", "$1");
        assertThat(get("/mails/" + id).body())
                .contains("&lt;img src=x")
                .doesNotContain("<img")
                .doesNotContain("\"onclick");
    }

    @Test
    void refusesAPageThatReachedItUnderAForeignName() throws Exception {
        var builder = new ProcessBuilder(
                "bash",
                "-c",
                "exec 3<>/dev/tcp/127.0.0.1/" + ports.get("http")
                        + "; printf 'GET /api/mails HTTP/1.0\\r\\nHost: evil.example\\r\\n\\r\\n' >&3; head -1 <&3");
        String statusLine =
                new String(builder.start().getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);

        assertThat(statusLine).contains(" 421 ");
    }

    @Test
    void findsNothingOutsideItsFolder() throws Exception {
        assertThat(get("/mails/..%2F..%2Fsecrets.eml").statusCode()).isEqualTo(404);
        assertThat(get("/api/mails/..%2Fstate").statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + ports.get("http") + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private void send(String to, String subject, String text) throws MessagingException {
        var properties = new Properties();
        properties.setProperty("mail.smtp.host", "127.0.0.1");
        properties.setProperty("mail.smtp.port", ports.get("smtp").toString());
        var message = new MimeMessage(Session.getInstance(properties));
        message.setFrom(new InternetAddress("no-reply@culvert.localhost"));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
        message.setSubject(subject, "UTF-8");
        message.setText(text, "UTF-8");
        Transport.send(message);
    }
}
