package dev.culvert.gateway.documentation;

import dev.culvert.contracts.problem.ProblemCode;
import org.springframework.web.util.HtmlUtils;

/** The page that the {@code type} of every problem points to: what each code means and what to do about it. */
final class ProblemPage {
    private ProblemPage() {}

    static String html() {
        StringBuilder page = new StringBuilder("""
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Culvert: problem codes</title>
                <link rel="stylesheet" href="/docs/docs.css">
                </head>
                <body>
                <main>
                <h1>Problem codes</h1>
                <p>Every failure is answered with <code>application/problem+json</code>; its <code>code</code> is one of
                these. <a href="/docs">API reference</a></p>
                <dl>
                """);
        for (ProblemCode code : ProblemCode.values()) {
            page.append("<dt id=\"%s\"><code>%s</code> %d %s</dt>\n<dd>%s</dd>\n"
                    .formatted(
                            code.name(),
                            code.name(),
                            code.status(),
                            HtmlUtils.htmlEscape(code.title()),
                            HtmlUtils.htmlEscape(code.suggestion())));
        }
        return page.append("</dl>\n</main>\n</body>\n</html>\n").toString();
    }
}
