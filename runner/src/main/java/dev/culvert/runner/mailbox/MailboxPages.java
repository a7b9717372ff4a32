package dev.culvert.runner.mailbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.runner.home.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** The mailbox in the browser ({@code /}) and for programs ({@code /api/mails}), on the loopback address. */
final class MailboxPages {

    private static final int LISTED_AT_MOST = 200;
    private static final Pattern LOCAL_HOST = Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d+)?");
    private static final Pattern LINK = Pattern.compile("https?://[^\\s<>\"']+");

    private final MailFolder mails;
    private final HttpServer server;

    MailboxPages(MailFolder mails, int port) throws IOException {
        this.mails = mails;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (!isLocal(exchange)) {
                // Any web site may name this address by a host of its own; the mails are not for it.
                send(exchange, 421, "text/plain", "Open the mailbox as http://127.0.0.1, not by another name.\n");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                send(exchange, 405, "text/plain", "Only GET.\n");
            } else if (path.equals("/")) {
                send(exchange, 200, "text/html", listPage(mails.newest(LISTED_AT_MOST)));
            } else if (path.equals("/api/mails")) {
                sendJson(exchange, Map.of("items", mails.newest(LISTED_AT_MOST)));
            } else if (path.startsWith("/api/mails/")) {
                Optional<Mail> mail = mails.find(path.substring("/api/mails/".length()));
                if (mail.isPresent()) {
                    sendJson(exchange, mail.get());
                } else {
                    notFound(exchange);
                }
            } else if (path.startsWith("/mails/")) {
                page(exchange, path.substring("/mails/".length()));
            } else {
                notFound(exchange);
            }
        }
    }

    private void page(HttpExchange exchange, String name) throws IOException {
        if (name.endsWith(".eml")) {
            Optional<byte[]> raw = mails.raw(name.substring(0, name.length() - ".eml".length()));
            if (raw.isPresent()) {
                exchange.getResponseHeaders().set("Content-Disposition", "attachment");
                send(exchange, 200, "message/rfc822", raw.get());
                return;
            }
        }
        Optional<Mail> mail = mails.find(name);
        if (mail.isPresent()) {
            send(exchange, 200, "text/html", mailPage(mail.get()));
        } else {
            notFound(exchange);
        }
    }

    private static boolean isLocal(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        return host != null && LOCAL_HOST.matcher(host).matches();
    }

    private static String listPage(List<Mail> mails) {
        var rows = new StringBuilder();
        for (Mail mail : mails) {
            rows.append("<tr><td>%s</td><td>%s</td><td><a href=\"/mails/%s\">%s</a></td></tr>\n"
                    .formatted(
                            escape(mail.receivedAt().toString()),
                            escape(mail.to()),
                            escape(mail.id()),
                            escape(mail.subject().isEmpty() ? "(no subject)" : mail.subject())));
        }
        String body = mails.isEmpty()
                ? "<p>No mail yet. Everything the suite sends arrives here and nowhere else.</p>"
                : "<table><tr><th>Received</th><th>To</th><th>Subject</th></tr>\n" + rows + "</table>";
        return html("Mailbox", "<h1>Mailbox</h1>\n" + body);
    }

    private static String mailPage(Mail mail) {
        return html(mail.subject(), """
                <p><a href="/">All mails</a> · <a href="/mails/%s.eml">Source</a></p>
                <h1>%s</h1>
                <p>From %s<br>To %s<br>%s</p>
                <pre>%s</pre>
                """.formatted(
                        escape(mail.id()),
                        escape(mail.subject()),
                        escape(mail.from()),
                        escape(mail.to()),
                        escape(mail.receivedAt().toString()),
                        withLinks(mail.text())));
    }

    private static String html(String title, String body) {
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>%s</title>
                <style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
                table{border-collapse:collapse;width:100%%}td,th{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd}
                pre{white-space:pre-wrap;overflow-wrap:anywhere}</style></head>
                <body>
                %s
                </body></html>
                """.formatted(escape(title), body);
    }

    /** The text between links and the links themselves are escaped apart, so a mail can bring links but no markup. */
    static String withLinks(String text) {
        var result = new StringBuilder();
        var matcher = LINK.matcher(text);
        int end = 0;
        while (matcher.find()) {
            String link = escape(matcher.group());
            result.append(escape(text.substring(end, matcher.start())))
                    .append("<a rel=\"noreferrer\" href=\"%s\">%s</a>".formatted(link, link));
            end = matcher.end();
        }
        return result.append(escape(text.substring(end))).toString();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static void notFound(HttpExchange exchange) throws IOException {
        send(exchange, 404, "text/plain", "No such mail.\n");
    }

    private static void sendJson(HttpExchange exchange, Object body) throws IOException {
        send(exchange, 200, "application/json", Json.MAPPER.writeValueAsBytes(body));
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        send(exchange, status, type + "; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
