package dev.culvert.auth.account;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.util.HtmlUtils;

/** What a browser shows behind a mailed link: no script, no style, nothing loaded from anywhere. */
final class AccountPage {
    private AccountPage() {}

    /** Whether a browser asked, rather than a program. */
    static boolean wanted(List<MediaType> accepted) {
        return accepted.stream().anyMatch(type -> type.isConcrete() && type.isCompatibleWith(MediaType.TEXT_HTML));
    }

    static ResponseEntity<String> emailConfirmed() {
        return answer(
                HttpStatus.OK,
                page("Your e-mail address is confirmed", paragraph("You can close this page and sign in.")));
    }

    static ResponseEntity<String> emailRefused(HttpStatus status, String detail) {
        return answer(status, page("Your e-mail address could not be confirmed", paragraph(detail)));
    }

    static ResponseEntity<String> passwordChanged() {
        return answer(
                HttpStatus.OK,
                page("Your password is changed", paragraph("You can close this page and sign in with it.")));
    }

    /** The form for a new password; {@code refusal} is what was wrong with the last one, empty at first. */
    static ResponseEntity<String> newPassword(HttpStatus status, String token, String refusal) {
        String form = """
                %s<form method="post" action="confirm">
                <input type="hidden" name="token" value="%s">
                <p><label for="new-password">New password</label><br>
                <input id="new-password" name="newPassword" type="password" autocomplete="new-password" required minlength="8" maxlength="200" aria-describedby="rule"></p>
                <p id="rule">8 to 100 characters with an upper case letter, a lower case letter, a digit and a special character.</p>
                <p><button type="submit">Set password</button></p>
                </form>
                """.formatted(
                        refusal.isEmpty() ? "" : "<p role=\"alert\">" + HtmlUtils.htmlEscape(refusal) + "</p>\n",
                        HtmlUtils.htmlEscape(token));
        return answer(status, page("Set a new password", form));
    }

    private static String paragraph(String text) {
        return "<p>" + HtmlUtils.htmlEscape(text) + "</p>\n";
    }

    private static String page(String title, String content) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%1$s - Culvert</title>
                </head>
                <body>
                <main>
                <h1>%1$s</h1>
                %2$s</main>
                </body>
                </html>
                """.formatted(HtmlUtils.htmlEscape(title), content);
    }

    /** Not kept anywhere, and its address, which holds a token, not told to anybody. */
    private static ResponseEntity<String> answer(HttpStatus status, String page) {
        return ResponseEntity.status(status)
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .cacheControl(CacheControl.noStore())
                .header("Referrer-Policy", "no-referrer")
                .header("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
                .body(page);
    }
}
