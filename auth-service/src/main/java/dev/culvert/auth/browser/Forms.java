package dev.culvert.auth.browser;

import static dev.culvert.auth.browser.Page.text;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.security.web.csrf.CsrfToken;

/** Parts of forms. */
public final class Forms {
    private Forms() {}

    /** A hidden field. */
    public static String hidden(String name, String value) {
        return "<input type=\"hidden\" name=\"%s\" value=\"%s\">".formatted(text(name), text(value));
    }

    /** The hidden field that proves a form came from one of our pages. */
    public static String proof(HttpServletRequest request) {
        if (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) {
            return hidden(token.getParameterName(), token.getToken());
        }
        throw new IllegalStateException("The chain of this page does not protect its forms");
    }
}
