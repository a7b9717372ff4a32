package dev.culvert.auth.account;

import org.springframework.web.util.HtmlUtils;

/** What a browser shows after a verification link: no script, no style, nothing loaded from anywhere. */
final class VerificationPage {
    private VerificationPage() {}

    static String confirmed() {
        return page("Your e-mail address is confirmed", "You can close this page and sign in.");
    }

    static String refused(String detail) {
        return page("Your e-mail address could not be confirmed", detail);
    }

    private static String page(String title, String text) {
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
                <p>%2$s</p>
                </main>
                </body>
                </html>
                """.formatted(HtmlUtils.htmlEscape(title), HtmlUtils.htmlEscape(text));
    }
}
