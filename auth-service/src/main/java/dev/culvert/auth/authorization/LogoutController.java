package dev.culvert.auth.authorization;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.application.Application;
import dev.culvert.auth.browser.BrowserSession;
import dev.culvert.auth.browser.Browsers;
import dev.culvert.auth.browser.Forms;
import dev.culvert.auth.browser.Page;
import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/**
 * Signing out for an application (OpenID Connect RP-Initiated Logout 1.0). With an id token of whoever is signed in it
 * happens at once; without, the page asks, so that no other site can sign somebody out. The browser goes on only to an
 * address registered for the application.
 */
@RestController
@Hidden
class LogoutController {
    private static final String CONFIRM = Endpoints.LOGOUT + "/confirm";

    private final IdTokens idTokens;
    private final ApplicationClients clients;
    private final Grants grants;
    private final Browsers browsers;
    private final SystemWork work;

    LogoutController(IdTokens idTokens, ApplicationClients clients, Grants grants, Browsers browsers, SystemWork work) {
        this.idTokens = idTokens;
        this.clients = clients;
        this.grants = grants;
        this.browsers = browsers;
        this.work = work;
    }

    /** Where to go afterwards; nowhere unless the application registered it. */
    private record Onward(Optional<Application> application, String address, String state) {

        Optional<String> location() {
            return application
                    .filter(known -> known.postLogoutRedirectUris().contains(address))
                    .map(_ -> state.isEmpty()
                            ? address
                            : address + (address.contains("?") ? "&" : "?") + "state="
                                    + UriUtils.encode(state, StandardCharsets.UTF_8));
        }
    }

    @Access(open = true)
    @RequestMapping(
            path = Endpoints.LOGOUT,
            method = {RequestMethod.GET, RequestMethod.POST})
    ResponseEntity<String> ask(
            @RequestParam(name = "id_token_hint", defaultValue = "") String hint,
            @RequestParam(name = "client_id", defaultValue = "") String clientId,
            @RequestParam(name = "post_logout_redirect_uri", defaultValue = "") String address,
            @RequestParam(defaultValue = "") String state,
            HttpServletRequest request) {
        Optional<JWTClaimsSet> token = idTokens.read(hint);
        String application = token.flatMap(
                        claims -> claims.getAudience().stream().findFirst())
                .orElse(clientId);
        if (!clientId.isEmpty() && !clientId.equals(application)) {
            return Page.saying("This request cannot be answered", "It names two different applications.")
                    .answer(HttpStatus.BAD_REQUEST);
        }
        Onward onward = new Onward(clients.find(application), address, state);
        Optional<BrowserSession> browser = browsers.current();
        boolean known = token.isPresent()
                && browser.map(session -> session.accountId().toString())
                        .orElse(token.get().getSubject())
                        .equals(token.get().getSubject());
        if (known) {
            endGrant(token.get());
            return signedOut(onward, request);
        }
        return browser.isPresent() ? question(onward, application, request) : signedOut(onward, request);
    }

    @Access(open = true)
    @PostMapping(CONFIRM)
    ResponseEntity<String> confirm(
            @RequestParam(name = "client_id", defaultValue = "") String clientId,
            @RequestParam(name = "post_logout_redirect_uri", defaultValue = "") String address,
            @RequestParam(defaultValue = "") String state,
            HttpServletRequest request) {
        return signedOut(new Onward(clients.find(clientId), address, state), request);
    }

    /** What the application got with this id token ends, too. */
    private void endGrant(JWTClaimsSet token) {
        if (token.getClaim("sid") instanceof String session) {
            work.run(() -> grants.end(UUID.fromString(session), Grants.SIGNED_OUT));
        }
    }

    private ResponseEntity<String> signedOut(Onward onward, HttpServletRequest request) {
        String cookie = browsers.signOut(request).toString();
        return onward.location()
                .map(location -> ResponseEntity.status(HttpStatus.SEE_OTHER)
                        .header(HttpHeaders.SET_COOKIE, cookie)
                        .header(HttpHeaders.LOCATION, location)
                        .<String>build())
                .orElseGet(() -> {
                    ResponseEntity<String> page = Page.saying("You are signed out", "You can close this page.")
                            .answer(HttpStatus.OK);
                    return ResponseEntity.status(page.getStatusCode())
                            .headers(page.getHeaders())
                            .header(HttpHeaders.SET_COOKIE, cookie)
                            .body(page.getBody());
                });
    }

    private static ResponseEntity<String> question(Onward onward, String clientId, HttpServletRequest request) {
        String content = """
                <p>Do you want to sign out%s?</p>
                <form method="post" action="%s">
                %s
                <button type="submit">Sign out</button>
                </form>
                """.formatted(
                        onward.application()
                                .map(application -> ", as " + Page.text(application.name()) + " asks")
                                .orElse(""),
                        CONFIRM,
                        Forms.hidden("client_id", clientId)
                                + Forms.hidden("post_logout_redirect_uri", onward.address())
                                + Forms.hidden("state", onward.state())
                                + Forms.proof(request));
        return Page.of("Sign out", content)
                .leadingTo(onward.application()
                        .map(Application::postLogoutRedirectUris)
                        .orElse(List.of()))
                .answer(HttpStatus.OK);
    }
}
