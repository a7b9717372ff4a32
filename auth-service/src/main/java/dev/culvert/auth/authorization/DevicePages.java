package dev.culvert.auth.authorization;

import dev.culvert.auth.authorization.StoredAuthorization.Decision;
import dev.culvert.auth.browser.BrowserSession;
import dev.culvert.auth.browser.Browsers;
import dev.culvert.auth.browser.Page;
import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Where somebody types the code that a device shows (RFC 8628 §3.3). With a code the engine takes over; in the end it comes
 * back here to say what happened.
 */
@RestController
@Hidden
class DevicePages implements AuthenticationSuccessHandler, AuthenticationFailureHandler {
    static final String REFUSE = Endpoints.DEVICE + "/refuse";

    private final AuthorizationRows rows;
    private final Browsers browsers;
    private final SystemWork work;

    DevicePages(AuthorizationRows rows, Browsers browsers, SystemWork work) {
        this.rows = rows;
        this.browsers = browsers;
        this.work = work;
    }

    @Access(open = true)
    @GetMapping(Endpoints.DEVICE)
    ResponseEntity<String> ask() {
        return form("").answer(HttpStatus.OK);
    }

    @Access(open = true)
    @PostMapping(path = REFUSE, consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    ResponseEntity<String> refuse(@RequestParam(defaultValue = "") String state) {
        Optional<BrowserSession> browser = browsers.current();
        boolean refused = browser.isPresent()
                && work.call(() -> rows.decide(state, browser.get().accountId(), Decision.REFUSED));
        return refused
                ? Page.saying("Refused", "The device gets no access. You can close this page.")
                        .answer(HttpStatus.OK)
                : form("This question is no longer open.").answer(HttpStatus.BAD_REQUEST);
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException {
        Page.saying("The device is connected", "Go back to it; you can close this page.")
                .write(response, HttpStatus.OK);
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        form("This code is not right, was used, or is too old.").write(response, HttpStatus.BAD_REQUEST);
    }

    private static Page form(String fault) {
        String content = """
                %s
                <form method="get" action="%s">
                <label for="user_code">Code shown on the device</label>
                <input type="text" id="user_code" name="user_code" autocomplete="off" autocapitalize="characters" required autofocus>
                <button type="submit">Continue</button>
                </form>
                <p class="note"><a href="%s">Sign out</a></p>
                """.formatted(
                        fault.isEmpty() ? "" : "<p class=\"alert\" role=\"alert\">" + Page.text(fault) + "</p>",
                        Endpoints.DEVICE,
                        Endpoints.LOGOUT);
        return Page.of("Connect a device", content);
    }
}
