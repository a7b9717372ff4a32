package dev.culvert.auth.browser;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.util.HtmlUtils;

/**
 * A page of the authorization server: one column, no script, one style sheet that its policy knows by digest. It cannot be
 * framed, and its forms go nowhere but here and, by redirect, to the application's own addresses.
 */
public final class Page {
    private static final String STYLE = """
            :root{color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.5}
            body{margin:0;display:grid;min-height:100vh;place-items:center}
            main{box-sizing:border-box;width:min(28rem,100%);padding:1.5rem}
            h1{font-size:1.5rem;line-height:1.2}
            label{display:block;margin-top:1rem;font-weight:600}
            input[type=text],input[type=password]{box-sizing:border-box;width:100%;padding:.6rem;font:inherit}
            button{margin:1.25rem .75rem 0 0;padding:.6rem 1.25rem;font:inherit}
            .button{display:inline-block;padding:.5rem 1.25rem;border:1px solid;color:inherit;text-decoration:none}
            .alert{border:2px solid #b3261e;padding:.6rem}
            .note{font-size:.9rem}""";

    private static final Set<String> THIS_MACHINE = Set.of("127.0.0.1", "localhost");
    private static final String STYLE_SOURCE = "'sha256-" + digest(STYLE) + "'";

    private final String title;
    private final String content;
    private final Set<String> formTargets;

    private Page(String title, String content, Set<String> formTargets) {
        this.title = title;
        this.content = content;
        this.formTargets = formTargets;
    }

    /** A page with a heading; the content is HTML, of which every text from outside went through {@link #text}. */
    public static Page of(String title, String content) {
        return new Page(title, content, Set.of());
    }

    /** A page that only says something. */
    public static Page saying(String title, String sentence) {
        return of(title, "<p>" + text(sentence) + "</p>");
    }

    /**
     * The same page, whose forms may lead to these addresses in the end: browsers apply the policy to redirects, too.
     *
     * @param redirectUris registered addresses of an application
     */
    public Page leadingTo(Collection<String> redirectUris) {
        Set<String> targets = new TreeSet<>();
        redirectUris.forEach(address -> targets.add(source(URI.create(address))));
        return new Page(title, content, targets);
    }

    /** Text made harmless in HTML and in quoted attributes. */
    public static String text(String raw) {
        return HtmlUtils.htmlEscape(raw, StandardCharsets.UTF_8.name());
    }

    /** The page as an answer. */
    public ResponseEntity<String> answer(HttpStatusCode status) {
        return ResponseEntity.status(status).headers(headers()).body(html());
    }

    /** Writes the page from a filter. */
    public void write(HttpServletResponse response, HttpStatusCode status) throws IOException {
        response.setStatus(status.value());
        headers().forEach((name, values) -> values.forEach(value -> response.setHeader(name, value)));
        response.getWriter().write(html());
    }

    private HttpHeaders headers() {
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8));
        headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set(
                "Content-Security-Policy",
                "default-src 'none'; style-src " + STYLE_SOURCE
                        + "; frame-ancestors 'none'; base-uri 'none'; form-action " + String.join(" ", formActions()));
        return headers;
    }

    private String html() {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%1$s - Culvert</title>
                <style>%2$s</style>
                </head>
                <body>
                <main>
                <h1>%1$s</h1>
                %3$s
                </main>
                </body>
                </html>
                """.formatted(text(title), STYLE, content);
    }

    private List<String> formActions() {
        Set<String> actions = new TreeSet<>(formTargets);
        actions.add("'self'");
        return List.copyOf(actions);
    }

    /** The address as a source of CSP 3: scheme and host; any port on the user's own machine (RFC 8252 §7.3). */
    private static String source(URI address) {
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        String host = address.getHost();
        if (host == null || !Set.of("http", "https").contains(scheme)) {
            return scheme + ":";
        }
        if (THIS_MACHINE.contains(host)) {
            return scheme + "://" + host + ":*";
        }
        return scheme + "://" + host + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }

    private static String digest(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
